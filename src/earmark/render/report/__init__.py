"""A page for each song, in one file that opens from disk: to hear, to see and to read.

:mod:`~earmark.render.report.contents` gathers what there is to say of a song,
:mod:`~earmark.render.report.page` writes it as HTML, and :mod:`~earmark.render.report.index` a page
that lists several. Nothing is loaded but the song itself, where it is linked
(:mod:`~earmark.render.report.sound`), and a policy in the page forbids all else; the only script is
the page's own, known to that policy by its digest.
"""
