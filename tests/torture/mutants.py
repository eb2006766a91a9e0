"""Workbooks damaged at random, by a seed, and a worker that runs actions on them within bounds.

``python -m tests.torture.mutants FOLDER FIRST LAST SOURCE…`` works on mutants FIRST to LAST and
prints a line of JSON for each; the caller sees the last one begun where the worker itself dies.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import resource
import signal
import sys
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

#: A mutant gets so many seconds of processor time and bytes of memory.
SECONDS: Final = 30
MEMORY: Final = 3 << 30

INVOICES: Final = "单据号,客户名称,单据日期,到期日,应收金额,币种\n" + "".join(
    f"IMP{number:03d},客户{number % 4},2026-01-{number + 1:02d},2026-03-01,{number + 1}00.50,CNY\n"
    for number in range(20)
)
_NUMBERS: Final = (
    b"-1", b"0", b"", b"99999999999999999999", b"4294967296", b"1e308", b"NaN", b"x", b"2147483648",
    b"1048577", b"XFD1048576", b"A0", b"&#0;", b"\xff\xfe", b"A1:XFD1048576", b"../../../x",
)  # fmt: skip
_DOCTYPE: Final = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
)
_CIRCLE: Final = (
    b"<definedNames><definedName name='p_'>q_</definedName>"
    b"<definedName name='q_'>p_</definedName></definedNames>"
)
Parts = dict[str, bytes]
Chance = random.Random


def _any(chance: Chance, parts: Parts, ending: str = "") -> str:
    found = sorted(name for name in parts if name.endswith(ending)) or sorted(parts)
    return chance.choice(found)


def _xml(chance: Chance, parts: Parts) -> str:
    important = [n for n in sorted(parts) if re.search(r"sheet\d+\.xml|workbook|styles|shared", n)]
    return chance.choice(important) if important and chance.random() < 0.6 else _any(chance, parts)


def attribute(chance: Chance, parts: Parts) -> None:
    """Another value in an attribute."""
    name = _xml(chance, parts)
    found = list(re.finditer(rb'="[^"<>]*"', parts[name]))
    for _ in range(chance.randint(1, 4)):
        if found:
            one = chance.choice(found)
            content = parts[name]
            start = min(one.start(), len(content))
            parts[name] = (
                content[:start] + b'="' + chance.choice(_NUMBERS) + b'"' + content[one.end() :]
            )


def text(chance: Chance, parts: Parts) -> None:
    """Another text between tags."""
    name = _xml(chance, parts)
    found = list(re.finditer(rb">[^<>]+<", parts[name]))
    if found:
        one, content = chance.choice(found), parts[name]
        parts[name] = (
            content[: one.start() + 1] + chance.choice(_NUMBERS) + content[one.end() - 1 :]
        )


def element(chance: Chance, parts: Parts) -> None:
    """An element gone, or twice."""
    name = _xml(chance, parts)
    found = list(re.finditer(rb"<(\w+:)?(\w+)[^<>]*/>|<(\w+)[^<>]*>[^<>]*</\3>", parts[name]))
    if found:
        one, content = chance.choice(found), parts[name]
        times = chance.choice((0, 0, 2, 50))
        parts[name] = content[: one.start()] + one.group(0) * times + content[one.end() :]


def tag(chance: Chance, parts: Parts) -> None:
    """One tag gone: what it opened or closed does not close."""
    name = _xml(chance, parts)
    found = list(re.finditer(rb"<[^<>]*>", parts[name]))
    if found:
        one, content = chance.choice(found), parts[name]
        parts[name] = content[: one.start()] + content[one.end() :]


def flip(chance: Chance, parts: Parts) -> None:
    """Bytes changed inside of a part."""
    name = _xml(chance, parts)
    content = bytearray(parts[name])
    for _ in range(chance.randint(1, 20) if content else 0):
        content[chance.randrange(len(content))] = chance.randrange(256)
    parts[name] = bytes(content)


def cut(chance: Chance, parts: Parts) -> None:
    """A part cut short."""
    name = _xml(chance, parts)
    parts[name] = parts[name][: chance.randrange(len(parts[name]) + 1)]


def swap(chance: Chance, parts: Parts) -> None:
    """Two parts in each other's place."""
    one, other = _any(chance, parts, ".xml"), _xml(chance, parts)
    parts[one], parts[other] = parts[other], parts[one]


def drop(chance: Chance, parts: Parts) -> None:
    """A part gone."""
    del parts[_any(chance, parts, chance.choice(("", ".rels", ".xml")))]


def relations(chance: Chance, parts: Parts) -> None:
    """Targets of relations in each other's place, or all to one part."""
    name = _any(chance, parts, ".rels")
    found = re.findall(rb'Target="([^"]*)"', parts[name])
    mixed = [chance.choice([*found, b"", b"/xl/workbook.xml", b"../x"]) for _ in found]
    targets = iter(mixed)
    parts[name] = re.sub(rb'Target="[^"]*"', lambda _: b'Target="%b"' % next(targets), parts[name])


def types(chance: Chance, parts: Parts) -> None:
    """Content types in each other's place."""
    name = "[Content_Types].xml"
    if name in parts:
        found = re.findall(rb'ContentType="([^"]*)"', parts[name])
        parts[name] = re.sub(
            rb'ContentType="[^"]*"',
            lambda m: (
                m.group(0) if chance.random() < 0.7 else b'ContentType="%b"' % chance.choice(found)
            ),
            parts[name],
        )


def doctype(chance: Chance, parts: Parts) -> None:
    """A document type behind the declaration."""
    name = _xml(chance, parts)
    at = parts[name].find(b"?>") + 2 if b"?>" in parts[name][:200] else 0
    parts[name] = parts[name][:at] + _DOCTYPE + parts[name][at:]


def recoded(chance: Chance, parts: Parts) -> None:
    """Another encoding, told or not."""
    name = _xml(chance, parts)
    try:
        said = parts[name].decode()
    except UnicodeDecodeError:
        return
    encoding = chance.choice(("utf-16", "utf-16-be", "gb18030", "latin-1", "utf-8-sig"))
    if chance.random() < 0.5:
        said = said.replace("UTF-8", encoding, 1)
    parts[name] = said.encode(encoding, "replace")


def far(chance: Chance, parts: Parts) -> None:
    """Cells and ranges far out."""
    name = _any(chance, parts, ".xml")
    sheets = [each for each in sorted(parts) if "worksheets/" in each and each.endswith(".xml")]
    name = chance.choice(sheets) if sheets else name
    row = chance.choice(
        (
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            b'<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
            b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
            b'<row r="5"><c r="A5"><v>1</v></c></row><row r="5"><c r="A5"><v>2</v></c></row>',
            b'<row r="1048576"><c r="A1048576"><f>A1</f></c></row>',
            b'<row r="0"><c r="A0"/></row>',
        )
    )
    parts[name] = parts[name].replace(b"</sheetData>", row + b"</sheetData>")


def merges(chance: Chance, parts: Parts) -> None:
    """Ranges merged over everything, and names in a circle."""
    for name in sorted(parts):
        if "worksheets/" in name and chance.random() < 0.5:
            parts[name] = parts[name].replace(
                b"</sheetData>",
                b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
            )
    if "xl/workbook.xml" in parts:
        workbook = parts["xl/workbook.xml"]
        parts["xl/workbook.xml"] = workbook.replace(b"</sheets>", b"</sheets>" + _CIRCLE)


INSIDE: Final[tuple[Callable[[Chance, Parts], None], ...]] = (
    attribute, attribute, text, element, element, tag, flip, cut, swap, drop, relations, types,
    doctype, recoded, far, merges,
)  # fmt: skip


def _torn(chance: Chance, content: bytes) -> bytes:
    """The file itself damaged: cut short, flipped, a hole, a piece twice."""
    raw = bytearray(content)
    kind = chance.randrange(4)
    at = chance.randrange(len(raw))
    if kind == 0:
        del raw[at:]
    elif kind == 1:
        for _ in range(chance.randint(1, 30)):
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    elif kind == 2:
        raw[at : at + chance.randint(1, 4000)] = b""
    else:
        raw[at:at] = raw[at : at + chance.randint(1, 4000)]
    return bytes(raw)


def mutant(source: Path, seed: int) -> tuple[str, bytes]:
    """Give how a workbook was damaged, and its bytes now; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - the same damage each time, no secret
    content = source.read_bytes()
    if chance.random() < 0.2:
        return "torn", _torn(chance, content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    names = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        change = chance.choice(INSIDE)
        change(chance, parts)
        names.append(change.__name__)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return "+".join(names), target.getvalue()


def _act(path: Path, out: Path, invoices: Path, seed: int) -> str:
    """Run one action; give what came of it."""
    from addin.hosts.package.reading import open_book  # noqa: PLC0415 - after the limits are set
    from addin.recalculation.command import recalc_book  # noqa: PLC0415 - as above
    from addin.run import run_action  # noqa: PLC0415 - as above
    from macros.texts import Refusal  # noqa: PLC0415 - as above

    try:
        open_book(path)
        if seed % 5 == 0:
            recalc_book(path, out=out, progress=lambda *_: None)
        elif seed % 5 == 1:
            run_action(path, "aging", as_of=46203, out=out)
        else:
            run_action(path, "import-table", inputs_file=invoices, out=out)
    except Refusal as refused:
        sentences = refused.render("zh") + refused.render("en")
        return f"refused {refused.code}" if "{" not in sentences else f"unsaid {refused.code}"
    return "done"


def work(folder: Path, seed: int, source: Path) -> dict[str, object]:
    """Make a mutant, act on it, and tell what came of it."""
    how, content = mutant(source, seed)
    path = folder / f"m{seed}{source.suffix}"
    out = folder / f"o{seed}{source.suffix}"
    invoices = folder / "发票.csv"
    invoices.write_text(INVOICES, encoding="utf-8")
    path.write_bytes(content)
    before = hashlib.sha256(content).digest()
    start = time.process_time()
    signal.alarm(SECONDS * 4)
    try:
        result = _act(path, out, invoices, seed)
        if result == "done" and not _opens(path, out):
            result = "unreadable"
    except BaseException:  # noqa: BLE001 - whatever it is, the caller is to see it
        result = "crash " + traceback.format_exc()
    signal.alarm(0)
    seconds = time.process_time() - start
    if hashlib.sha256(path.read_bytes()).digest() != before:
        result = "changed"
    if result.split()[0] in {"done", "refused"}:
        path.unlink()
        out.unlink(missing_ok=True)
    return {"seed": seed, "how": how, "result": result, "seconds": round(seconds, 2)}


def _opens(path: Path, out: Path) -> bool:
    """Whether openpyxl opens the result; it need not where it does not open the mutant either."""
    import openpyxl  # noqa: PLC0415 - most mutants do not come so far

    for each in (out, path):
        try:
            openpyxl.load_workbook(each, read_only=True).close()
        except Exception:  # noqa: BLE001, S112 - it raises whatever it likes on damage
            continue
        return each == out
    return True


def main(folder: Path, first: int, last: int, sources: list[Path]) -> None:
    """Work on mutants, telling of each before and after."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    for seed in range(first, last):
        source = sources[seed % len(sources)]
        print(json.dumps({"begun": seed, "source": source.name}), flush=True)  # noqa: T201 - it is read by the caller
        print(json.dumps(work(folder, seed, source)), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), [Path(p) for p in sys.argv[4:]])
