"""The page's server: songs of a folder and uploads, detection, labels, sound, teaching.

``app`` puts it together from routes; each file of routes is one idea. ``session`` holds what they
share: the store, the ``library`` (which songs there are, and that no other file is ever opened),
the ``jobs`` that listen to songs in the background, the ``models``, and the ``events`` by which
open pages are told. ``guard`` stands before everything and decides who may ask at all.

What the routes are, what they take and answer, ``docs/server.md`` says. Times are in seconds.
"""
