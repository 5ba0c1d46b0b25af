"""K12: a user's own templates come first, run in a sandbox, and fail in one clear line."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from cxtool.errors import CxtoolError, UsageError
from cxtool.render import RenderOptions
from cxtool.render.templates import home
from tests.helpers_report import sample, summary
from tests.render.pages import page, written


def made(folder: Path, **files: str) -> RenderOptions:
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, encoding="utf-8")
    return RenderOptions(template=folder)


def failure(folder: Path, **files: str) -> str:
    with pytest.raises(CxtoolError) as caught:
        written(sample(summary()), made(folder, **files))
    assert caught.value.exit_code == 1
    assert "\n" not in caught.value.message
    return caught.value.message


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    assert written(sample(), made(tmp_path)) == written(sample())


def test_a_users_part_replaces_ours_and_is_escaped(tmp_path: Path) -> None:
    options = made(tmp_path, footer_html="<footer>Made for {{ page.title }}</footer>")
    read_page = page(replace(sample(), title="A & <B>"), options)
    assert read_page.one("footer").text == "Made for A & <B>"
    assert read_page.all("table")


def test_a_users_page_can_extend_the_one_it_replaces(tmp_path: Path) -> None:
    extended = '{% extends "cxtool/report.html" %}{% block footer %}<p id="own">x</p>{% endblock %}'
    read_page = page(sample(), made(tmp_path, report_html=extended))
    assert read_page.one("p", id="own").text == "x"
    assert not read_page.all("footer")


@pytest.mark.parametrize("name", ["style_css", "brand_css"])
def test_the_policy_allows_a_users_style(tmp_path: Path, name: str) -> None:
    text = written(sample(), made(tmp_path, **{name: ":root { --cx-accent: #a00 }\r\n"}))
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style.endswith(":root { --cx-accent: #a00 }")
    assert ("--cx-series-1" in style) == (name == "brand_css")
    assert b64encode(sha256(style.encode()).digest()).decode() in text


@pytest.mark.parametrize(
    ("name", "text"),
    [("style_css", "a{} </STYLE ><script>"), ("brand_css", "<!-- a"), ("script_js", "'</script>'")],
)
def test_a_style_or_script_cannot_end_its_element(tmp_path: Path, name: str, text: str) -> None:
    message = failure(tmp_path, **{name: text})
    assert message.startswith(f"{name.replace('_', '.')} must not contain")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n{{ page.titel }}", r"line 2: .*has no attribute 'titel'"),
        ("{{ nothing }}", r"line 1: 'nothing' is undefined"),
        ("{% for %}", r"line 1: Expected an expression"),
        ("{% include 'gone.html' %}", r"there is no template 'gone.html'"),
        (
            "{{ ''.__class__ }}",
            r"line 1: access to attribute '__class__' of 'str' object is unsafe",
        ),
        ("{{ page.__init__.__globals__ }}", r"line 1: access to attribute '__init__'"),
        ("{{ page.blocks[0].figures.__class__.__mro__ }}", r"line 1: access to .* is unsafe"),
        ("{% for n in range(999999999) %}{% endfor %}", r"line 1: Range too big"),
        ("{{ 1 // 0 }}", r"line 1: integer division"),
        ("{% include 'footer.html' %}", r"footer.html, line 1: the template calls itself"),
    ],
)
def test_a_failure_is_one_line_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    message = failure(tmp_path, footer_html=text)
    assert str(tmp_path) in message
    assert re.search(said, message), message


def test_what_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "footer.html").write_bytes(b"caf\xe9")
    assert "utf-8" in failure(tmp_path)


def test_a_folder_that_is_not_there_is_a_usage_problem(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--template: there is no folder"):
        written(sample(), RenderOptions(template=tmp_path / "none"))


def test_the_documented_parts_and_blocks_are_all_there_are(tmp_path: Path) -> None:
    guide = (home().parent / "docs" / "pages.md").read_text(encoding="utf-8")
    rows = "\n".join(line for line in guide.splitlines() if line.startswith("| `"))
    parts = set(re.findall(r"`(\w+\.\w+)`", rows)) - {"brand.css"}
    assert parts == {path.name for path in home().iterdir()}
    skeleton = (home() / "report.html").read_text(encoding="utf-8")
    told = re.findall(r"`(\w+)`", rows.splitlines()[-1])
    assert told == re.findall(r"{% block (\w+) %}", skeleton)
    style, template = re.findall(r"```(?:css|html)\n(.*?)```", guide, re.DOTALL)
    text = written(sample(), made(tmp_path, brand_css=style, report_html=template))
    assert style.strip() in text
    assert "Contact centre, SLA compliance" in text


def test_our_templates_are_found_in_an_installed_package_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "cxtool"
    (package / "_templates").mkdir(parents=True)
    monkeypatch.setattr("cxtool.__file__", str(package / "__init__.py"))
    assert home() == package / "_templates"
    (package / "_templates").rmdir()
    assert home() == tmp_path / "templates"
