"""What is uploaded into the media library: looked at while the form is cleaned, so that nothing is written before."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.widgets import NumberInput

from blog import imaging, shelves, videos
from blog.library import Picture, Video


class PictureForm(forms.ModelForm[Picture]):
    """A picture with its words and its focus. `image` is what was uploaded, made anew, or None."""

    file = forms.FileField(
        label="Picture",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
        help_text="JPEG, PNG, WebP or AVIF, at most 15 MB. Everything that cannot be seen is taken out of it, such as"
        " the place where it was taken.",
    )

    class Meta:
        model = Picture
        fields = ("name", "alternative_text", "credit", "focal_x", "focal_y")
        widgets = {
            "focal_x": NumberInput(attrs={"min": 0, "max": 100, "class": "vIntegerField"}),
            "focal_y": NumberInput(attrs={"min": 0, "max": 100, "class": "vIntegerField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.image: Any = None
        self.fields["name"].required = False
        if self.instance.pk:
            self.fields["file"].required = False
            self.fields["file"].label = "Another picture in its place"

    def clean_file(self) -> UploadedFile[Any] | None:
        """Look at the picture, and keep what can be seen of it."""
        file = self.cleaned_data.get("file")
        if isinstance(file, UploadedFile):
            try:
                self.image = imaging.read(file, name=file.name or "", size=file.size or 0)  # type: ignore[arg-type]
            except imaging.PictureRefusedError as refusal:
                raise ValidationError(str(refusal), code="refused") from refusal
        return file

    def clean(self) -> dict[str, Any] | None:
        """Name a picture after its file. Words that a page relies on stay."""
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if not cleaned.get("name"):
            stem = (getattr(file, "name", "") or "").rpartition(".")[0] or "Picture"
            cleaned["name"] = stem.replace("_", " ")[:120]
        if not cleaned.get("alternative_text") and self.instance.pk:
            relying = shelves.relying_on_words(self.instance)
            if relying:
                pages = ", ".join(f"“{page}”" for page in relying[:5])
                self.add_error("alternative_text", f"Keep words here: {pages} has no words of its own.")
        return cleaned


class VideoForm(forms.ModelForm[Video]):
    """A video with its captions and its text. `kind` and `captions_text` are of what was uploaded."""

    film = forms.FileField(
        label="Video",
        widget=forms.FileInput(attrs={"accept": "video/mp4,video/webm"}),
        help_text="MP4 or WebM, at most 100 MB. It is shown as it is: take out what nobody should see.",
    )
    captions = forms.FileField(
        widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
        help_text="A WebVTT file (.vtt): what is said, and when. For people who cannot hear it.",
    )

    class Meta:
        model = Video
        fields = ("name", "transcript", "still")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = ""
        self.captions_text: str | None = None
        if self.instance.pk:
            self.fields["film"].required = self.fields["captions"].required = False
            self.fields["film"].label = "Another video in its place"
            self.fields["captions"].label = "Other captions in their place"

    def clean_film(self) -> UploadedFile[Any] | None:
        """Look at the video's own bytes."""
        film = self.cleaned_data.get("film")
        if isinstance(film, UploadedFile):
            try:
                self.kind = videos.kind_of(film, size=film.size or 0)  # type: ignore[arg-type]
            except videos.VideoRefusedError as refusal:
                raise ValidationError(str(refusal), code="refused") from refusal
        return film

    def clean_captions(self) -> UploadedFile[Any] | None:
        """Read the captions."""
        captions = self.cleaned_data.get("captions")
        if isinstance(captions, UploadedFile):
            try:
                self.captions_text = videos.check_captions(captions.read(videos.MOST_CAPTION_BYTES + 1))
            except videos.VideoRefusedError as refusal:
                raise ValidationError(str(refusal), code="refused") from refusal
        return captions
