"""`sam build` for this machine or another, byte-compiled, doing again only what has changed."""

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.compiled import require_current
from local.environment import tool_environment
from local.paths import BUILD_DIR, ROOT, SAM, machine_architecture

FUNCTIONS = (
    *("checkout", "organizer", "refund", "billing", "webhooks"),
    *("relay", "settle", "deliver", "upkeep", "reconcile", "invoice_run"),
)
_KEY_FILE = BUILD_DIR / ".built-from"
_LOCK_FILE = BUILD_DIR.parent / "build.lock"
# Beside the package lie files that say how to build it; Lambda needs none of them.
_BUILD_ONLY = ("requirements.in", "requirements.txt", "guichet.egg-info")
# botocore describes 400 services and Babel 1 000 locales; a layer carries what Guichet speaks.
_SERVICES = ("dynamodb", "s3", "secretsmanager", "sesv2", "sqs")
_LOCALES = ("root", "en", "fr", "de", "it", "es", "pt", "nl")
# stdnum knows the numbers of 90 countries; Guichet checks VAT numbers of the EU and the UK.
_NUMBERS = {
    *("at", "be", "bg", "cy", "cz", "de", "dk", "ee", "es", "eu", "fi", "fr", "gb", "gr", "hr"),
    *("hu", "ie", "it", "lt", "lu", "lv", "mt", "nl", "pl", "pt", "ro", "se", "si", "sk"),
    "iso7064",  # checksums that several of them share
}

# reportlab loads one module of pillow, and that the libraries of some formats.
_UNDRAWN = (
    *("reportlab/fonts", "reportlab/graphics", "reportlab/platypus"),
    *(f"PIL/_{name}.*.so" for name in ("avif", "webp", "imagingft", "imagingcms", "imagingtk")),
    *(f"pillow.libs/lib{name}*" for name in ("avif", "webp", "sharpyuv", "harfbuzz", "freetype")),
    *(f"pillow.libs/lib{name}*" for name in ("lcms2", "png16", "brotli")),
)


def build(architecture: str | None = None) -> Path:
    """Bring the build up to date and return its template.

    A changed template, lock file or architecture costs a whole `sam build` (about 20 s); changed
    sources of our own are copied to where `sam build` would put them (below 1 s).

    Raises:
        SystemExit: what is in `config/` was edited and not compiled, or `sam build` failed.
    """
    require_current()
    wanted = architecture or machine_architecture()
    with undisturbed():
        key = _build_key(wanted)
        if not _KEY_FILE.is_file() or _KEY_FILE.read_text() != key:
            _build_whole(wanted)
            _KEY_FILE.write_text(key)
        else:
            _copy_sources()
        _byte_compile()
    return BUILD_DIR / "template.yaml"


@contextmanager
def undisturbed() -> Iterator[None]:
    """While this is held no other process changes the build."""
    _LOCK_FILE.parent.mkdir(parents=True, exist_ok=True)
    with _LOCK_FILE.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build_key(architecture: str) -> str:
    digest = hashlib.sha256(f"{architecture} {sys.version}".encode())
    for path in (
        ROOT / "template.yaml",
        ROOT / "layers/common/requirements.txt",
        ROOT / "layers/documents/requirements.txt",
        ROOT / "local/sam-requirements.txt",
        Path(__file__),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _build_whole(architecture: str) -> None:
    _KEY_FILE.unlink(missing_ok=True)
    command = [str(SAM), "build", "--parallel", "--build-dir", str(BUILD_DIR)]
    command += ["--template-file", str(ROOT / "template.yaml")]
    command += ["--parameter-overrides", f"Architecture={architecture}"]
    done = subprocess.run(  # noqa: S603  the command is ours alone
        command, cwd=ROOT, env=tool_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"sam build failed:\n{done.stdout}\n{done.stderr}")
    for layer in ("CommonLayer", "DocumentsLayer"):
        for name in _BUILD_ONLY:
            _remove(BUILD_DIR / layer / "python" / name)
    _leave_out_what_no_function_reads()


def _leave_out_what_no_function_reads() -> None:
    """Half of both layers is data about services, languages and countries that Guichet never uses."""
    for service in (BUILD_DIR / "CommonLayer/python/botocore/data").iterdir():
        if service.is_dir() and service.name not in _SERVICES:
            _remove(service)
    for locale in (BUILD_DIR / "DocumentsLayer/python/babel/locale-data").glob("*.dat"):
        if locale.stem.split("_")[0] not in _LOCALES:
            _remove(locale)
    leave_out_numbers(BUILD_DIR / "CommonLayer/python/stdnum")
    leave_out_pictures(BUILD_DIR / "DocumentsLayer/python")


def leave_out_numbers(library: Path) -> None:
    """Five sixths of stdnum are other countries' numbers and registers that only those read."""
    for register in library.rglob("*.dat"):
        _remove(register)
    for country in library.iterdir():
        if country.is_dir() and country.name not in _NUMBERS:
            _remove(country)


def leave_out_pictures(layer: Path) -> None:
    """Documents draw lines of text: no pictures, no charts, no fonts but Guichet's own."""
    for part in _UNDRAWN:
        for path in layer.glob(part):
            _remove(path)


def _copy_sources() -> None:
    _mirror(ROOT / "layers/common/guichet", BUILD_DIR / "CommonLayer/python/guichet")
    for name in FUNCTIONS:
        _mirror(ROOT / "functions" / name, BUILD_DIR / logical_id(name))


def logical_id(function: str) -> str:
    """The template's name of a function: `InvoiceRunFunction` of `invoice_run`."""
    return f"{''.join(part.capitalize() for part in function.split('_'))}Function"


def _mirror(source: Path, target: Path) -> None:
    """Make target hold what source holds, touching only what differs."""
    wanted = {
        path.relative_to(source)
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for path in [path for path in target.rglob("*") if path.is_file()]:
        relative = path.relative_to(target)
        if "__pycache__" in relative.parts:
            written_from = relative.parent.parent / f"{relative.name.split('.')[0]}.py"
            if written_from not in wanted:
                path.unlink()
        elif relative not in wanted:
            path.unlink()
    for relative in wanted:
        content = (source / relative).read_bytes()
        copy = target / relative
        if not copy.is_file() or copy.read_bytes() != content:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            for stale in (copy.parent / "__pycache__").glob(f"{copy.stem}.*.pyc"):
                stale.unlink()


def _byte_compile() -> None:
    """Write the .pyc files that `sam build` leaves out: starts are two to three times faster.

    They are not checked against their sources when loaded, so what `_mirror` changes loses its own.
    """
    folders = [str(path) for path in sorted(BUILD_DIR.iterdir()) if path.is_dir()]
    missing = [folder for folder in folders if _lacks_bytecode(Path(folder))]
    if not missing:
        return
    command = [sys.executable, "-m", "compileall", "-q", "-j", "2"]
    command += ["--invalidation-mode", "unchecked-hash", *missing]
    # Some library carries a file for another Python: it stays uncompiled, as it would be unread.
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603  ours alone


def _lacks_bytecode(folder: Path) -> bool:
    tag = sys.implementation.cache_tag
    return any(
        not (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").is_file()
        for path in folder.rglob("*.py")
    )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default=None)
    arguments = parser.parse_args()
    started_at = time.monotonic()
    template = build(arguments.architecture)
    print(f"built {template.relative_to(ROOT)} in {time.monotonic() - started_at:.1f} s")  # noqa: T201  a command's answer


if __name__ == "__main__":
    main()
