"""Logos: any picture is decoded and drawn anew, so that only pixels are kept. Pure.

SVG is not accepted: it is a document that can carry scripts.
"""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from core.refusals import N_, Refusal

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 256 * 1024
MOST_PIXELS = 4_000_000
# Twice the size at which pages show it, for fine screens.
BOX = (480, 160)
CONTENT_TYPE = "image/png"


class LogoMissing(Refusal):
    """No file was chosen."""

    sentence = N_("Choose a picture first.")


class LogoTooLarge(Refusal):
    """More bytes or pixels than a logo needs."""

    sentence = N_("This picture is too large. At most 256 kB and 4 million pixels fit.")


class LogoUnreadable(Refusal):
    """No PNG, JPEG or WebP picture, or a damaged one."""

    sentence = N_("This is not a picture we can read. Use a PNG, JPEG or WebP file.")


def redrawn(data: bytes) -> bytes:
    """Return the picture as a PNG that fits the place of a logo, without anything but its pixels.

    Raises LogoMissing, LogoTooLarge and LogoUnreadable.
    """
    if not data:
        raise LogoMissing
    if len(data) > MOST_BYTES:
        raise LogoTooLarge
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise LogoTooLarge
            return _as_png(picture)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise LogoUnreadable from error


def _as_png(picture: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(picture)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.thumbnail(BOX)
    plain.info.clear()
    written = BytesIO()
    plain.save(written, "PNG", optimize=True)
    return written.getvalue()
