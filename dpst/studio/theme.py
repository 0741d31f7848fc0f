"""How the page looks, in light and dark, without a font or a file from elsewhere."""

import gradio as gr

FONTS = ["Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]

CSS = """
:root { --font: system-ui, sans-serif; --font-mono: ui-monospace, monospace; }
.gradio-container { max-width: 1180px !important; margin: 0 auto; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; }
.dpst-status { min-height: 1.6em; font-variant-numeric: tabular-nums; margin: .3rem 0; }
.dpst-picture { width: 100%; height: auto; display: block; }
.dpst-compare .dpst-stack { position: relative; }
.dpst-compare img { width: 100%; height: auto; display: block; }
.dpst-compare img + img { position: absolute; inset: 0; clip-path: inset(0 0 0 var(--cut, 50%)); }
.dpst-stack::after { content: ""; position: absolute; inset: 0 auto 0 var(--cut, 50%); width: 2px;
  background: #fff; box-shadow: 0 0 3px #000; }
.dpst-compare label { display: block; margin-top: .5rem; }
.dpst-compare input[type=range] { display: block; width: 100%; accent-color: #0b57d0; }
.dpst-chart svg { width: 100%; height: auto; display: block; }
#command textarea, #measured textarea { font-family: var(--font-mono); font-size: .85rem; }
.dpst-places { color: var(--body-text-color-subdued); padding: 3rem 1rem; text-align: center;
  border: 1px dashed var(--border-color-primary); }
:focus-visible { outline: 3px solid #0b57d0 !important; outline-offset: 2px; }
.dark :focus-visible { outline-color: #8ab4f8 !important; }
"""


def theme() -> gr.themes.Base:
    """Gradio's plain theme with the fonts of the system, and text that can be read on buttons."""
    plain = gr.themes.Default(
        primary_hue="blue",
        neutral_hue="zinc",
        font=FONTS,
        font_mono=["Consolas", "Menlo", "monospace"],
        radius_size="sm",
    )
    return plain.set(
        body_text_color_subdued="*neutral_600",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
    )
