"""A song as a video: its waveform scrolls under a playhead, over what was found and what is true.

:mod:`~earmark.render.video.strip` draws what scrolls, a stretch at a time,
:mod:`~earmark.render.video.scene` cuts a frame out of it, :mod:`~earmark.render.video.lettering`
draws its texts, and :mod:`~earmark.render.video.film` puts frames and sound into an MP4 file.
"""
