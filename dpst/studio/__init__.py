"""Studio: a page in the browser to load a pair, paint its segments, and watch it being solved.

`dpst studio` serves it, see `dpst.studio.launch`; it needs the extra `studio`. The page and its
events are in `page` and `events`, which alone know Gradio; what they call knows no page.
"""
