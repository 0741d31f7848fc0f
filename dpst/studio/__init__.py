"""Studio: a page in the browser to load a pair, paint its segments, and watch it being solved.

`dpst studio` serves it, see `dpst.studio.launch`; it needs the extra `studio`. Only the page and
its events know Gradio (`page`, `sections`, `segment_events`, `run_events`, `page_values`, `theme`);
what they call does not know the page.
"""
