"""A page's own picture, looked at while the form is cleaned as pictures of the library are."""

import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from blog import imaging


class PictureField(forms.FileField):
    """A picture made anew of what was uploaded, under a name that says nothing; or refused in words.

    It is no `forms.ImageField`, which hands the upload to every decoder that there is.
    """

    def to_python(self, data: Any) -> UploadedFile[Any] | None:
        """What can be seen of the upload, as a JPEG or, where it is transparent, a PNG."""
        file = super().to_python(data)
        if file is None:
            return None
        try:
            image = imaging.read(file, name=file.name or "", size=file.size or 0)  # type: ignore[arg-type]
        except imaging.PictureRefusedError as refusal:
            raise ValidationError(str(refusal), code="refused") from refusal
        name, content = imaging.master(image)
        return SimpleUploadedFile(f"{secrets.token_hex(16)}.{name.rpartition('.')[2]}", content)
