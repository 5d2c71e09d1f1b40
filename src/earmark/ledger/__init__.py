"""What earmark wrote into a folder, and what a person has heard of it.

``file`` is the SQLite file, ``outputs`` what was written and from what, ``signed`` where a person
listened to what the page saved.
"""

from earmark.ledger.file import NAME
from earmark.ledger.outputs import Ledger

__all__ = ["NAME", "Ledger"]
