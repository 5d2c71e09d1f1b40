"""What the page keeps of songs: where they are, what was heard in them, what a person made of it.

One SQLite file (WAL), ``earmark.db`` in :func:`earmark.home.home`. Every change is a transaction of
its own that is on disk when the call returns, so a ``kill -9`` loses at most the call under way;
several servers may share the file. Recordings themselves are never written.

``database`` opens it and says in words what went wrong; ``songs`` is the list, ``detections`` what
a model heard, ``labels`` what stands now (a model's word or a person's), each save with the
revision that it changes; ``brought`` takes a person's from a file; ``written`` knows which files
beside songs the page wrote.
"""
