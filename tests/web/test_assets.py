"""What every page loads: no outside address, no physical side, nothing written inside the page."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "multaqa"
STATIC = SOURCE / "web" / "static" / "web"
CSS = (STATIC / "multaqa.css").read_text()
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
USED_BY_ROOMS = """
    head lede kick facts thread sec sec-h card list due chip teal green amber coral demo tbl cards scroll note
    meter check why pager empty btn two warn off filters g c4 c5 c6 c7 c8 stack row mute sz2
    tongues tongue errorlist toast
""".split()  # noqa: SIM905  read as the list of names it is


def test_stylesheet_names_no_physical_side():
    physical = re.findall(
        r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)|(?<![-\w])(?:left|right)\s*[:;]", CSS
    )

    assert physical == []


def test_stylesheet_sets_no_physical_size():
    assert re.findall(r"(?<![-\w(])(?:min-|max-)?(?:width|height)\s*:", re.sub(r"@media[^{]*", "", CSS)) == []


@pytest.mark.parametrize(
    "banned", ["letter-spacing", "text-align: justify", "font-style: italic", "text-transform"]
)
def test_stylesheet_leaves_arabic_letters_alone(banned):
    assert banned not in CSS


@pytest.mark.parametrize("name", USED_BY_ROOMS)
def test_stylesheet_has_the_classes_rooms_rely_on(name):
    assert re.search(rf"\.{re.escape(name)}(?![-\w])", CSS)


def test_stylesheet_loads_only_fonts_that_are_there():
    addresses = re.findall(r"url\(([^)#]+)\)", CSS)

    assert len(addresses) == 6
    assert all((STATIC / address).is_file() for address in addresses)
    assert (STATIC / "fonts" / "OFL.txt").is_file()


def test_script_is_at_most_three_kilobytes():
    assert (STATIC / "multaqa.js").stat().st_size <= 3 * 1024


def test_fonts_weigh_at_most_a_quarter_of_a_megabyte():
    assert sum(font.stat().st_size for font in STATIC.glob("fonts/*.woff2")) <= 256 * 1024


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_template_reaches_no_other_site_and_writes_nothing_inline(path):
    source = path.read_text()

    assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", source) == []
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=|hx-on", source) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/(?:ld\+)?json)", source) == []


@pytest.mark.parametrize("name", ["multaqa.css", "multaqa.js", "icons.svg", "mark.svg"])
def test_asset_names_no_address_outside(name):
    source = (STATIC / name).read_text().replace("http://www.w3.org/2000/svg", "")

    assert re.findall(r"https?://|//[a-z]+\.", source) == []


def test_icons_hold_every_name_the_templates_ask_for():
    known = set(re.findall(r'id="([a-z]+)"', (STATIC / "icons.svg").read_text()))
    asked = {name for path in TEMPLATES for name in re.findall(r'{% icon "([a-z]+)"', path.read_text())}

    assert asked <= known
