"""Uploading to the library: what is refused leaves nothing, what is taken has its files, what is shown stays."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from blog import shelves
from blog.library import Picture, Video
from blog.models import PostFigure, PostVideo
from blog.publishing import State
from tests.blog.test_imaging import REFUSED
from tests.blog.test_videos import REFUSED as REFUSED_VIDEOS
from tests.factories.blog import make_post
from tests.factories.uploads import CAPTIONS, drawn, jpeg, make_picture, make_video, mp4

pytestmark = pytest.mark.django_db

ADD = "/admin/blog/picture/add/"
ADD_VIDEO = "/admin/blog/video/add/"


@pytest.fixture
def editor() -> Client:
    """Somebody in the group of editors."""
    client = Client()
    user = User.objects.create_user("editor", is_staff=True)
    user.groups.add(Group.objects.get(name="Editor"))
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def committed(django_capture_on_commit_callbacks: Any) -> Iterator[None]:
    """What is done on commit is done at the end of the test's part."""
    with django_capture_on_commit_callbacks(execute=True):
        yield


def form(file: SimpleUploadedFile | None = None, **fields: Any) -> dict[str, Any]:
    """What a browser sends."""
    words = {"name": "A foot", "alternative_text": "A foot on a ball.", "credit": ""}
    data = {**words, "focal_x": 50, "focal_y": 50, **fields}
    return {**data, "file": file} if file else data


def files(folder: Path) -> list[str]:
    """Every file and folder below it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_picture_leaves_nothing_behind(editor: Client, media_folder: Path, name: str) -> None:
    file_name, make, words = REFUSED[name]
    response = editor.post(ADD, form(SimpleUploadedFile(file_name, make())))

    (error,) = response.context["adminform"].form.errors["file"]
    assert any(part in error for part in words.split("|"))
    assert error in response.content.decode().replace("&#x27;", "’").replace("&amp;", "&")
    assert not Picture.objects.exists()
    assert files(media_folder) == []


def test_a_picture_gets_its_files_and_only_those_that_it_needs(editor: Client, media_folder: Path) -> None:
    assert editor.post(ADD, form(SimpleUploadedFile("ball.png", jpeg((700, 500))))).status_code == 302

    picture = Picture.objects.get()
    made = [path.split("/")[-1] for path in files(media_folder) if "." in path]
    assert (picture.width, picture.height) == (700, 500)
    assert {name for name in made if re.match(r"w\d", name)} == {
        *(f"w{at}.{kind}" for at in (320, 640, 700) for kind in ("avif", "webp")),
        "w700.jpg",
    }
    assert "master.jpg" in made
    assert not [name for name in made if "ball" in name]


def test_a_picture_without_a_name_is_named_after_its_file(editor: Client) -> None:
    editor.post(ADD, form(SimpleUploadedFile("left_foot.jpg", jpeg()), name=""))

    assert Picture.objects.get().name == "left foot"


def test_a_row_that_cannot_be_saved_leaves_no_files(media_folder: Path) -> None:
    picture = Picture(name="A foot")
    with mock.patch.object(Picture, "save", side_effect=OSError), pytest.raises(OSError):  # noqa: PT011
        shelves.save_picture(picture, image=drawn((300, 300)))

    assert [path for path in files(media_folder) if path != "library"] == []


def test_a_disk_that_is_full_leaves_no_files_and_no_row(media_folder: Path) -> None:
    save = default_storage.save
    with (
        mock.patch.object(default_storage, "save", side_effect=[save("x/a", drawn_file()), OSError]),
        pytest.raises(OSError),  # noqa: PT011
    ):
        shelves.save_picture(Picture(name="A foot"), image=drawn((300, 300)))

    assert not Picture.objects.exists()
    assert [path for path in files(media_folder) if "." in path] == []


def drawn_file() -> SimpleUploadedFile:
    """Any file."""
    return SimpleUploadedFile("a", b"a")


def test_another_picture_takes_the_place_and_the_old_files_go(
    editor: Client, media_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    picture = make_picture()
    before = picture.folder
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(
            f"/admin/blog/picture/{picture.pk}/change/", form(SimpleUploadedFile("b.jpg", jpeg((600, 600))))
        )

    picture.refresh_from_db()
    assert picture.width == 600
    assert {path.split("/")[1] for path in files(media_folder) if "/" in path} == {picture.folder}
    assert picture.folder != before


def test_a_refused_replacement_leaves_the_old_picture_whole(editor: Client, media_folder: Path) -> None:
    picture = make_picture()
    before = files(media_folder)
    editor.post(f"/admin/blog/picture/{picture.pk}/change/", form(SimpleUploadedFile("b.jpg", jpeg()[:3000])))

    assert files(media_folder) == before
    assert Picture.objects.get().folder == picture.folder


def test_another_focus_makes_the_crops_anew_and_takes_the_old_ones_away(
    editor: Client, media_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    picture = make_picture()
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(f"/admin/blog/picture/{picture.pk}/change/", form(focal_x=10, focal_y=90))

    names = [path.split("/")[-1] for path in files(media_folder) if "." in path]
    assert {tuple(name.split(".")[0].split("-")[2:]) for name in names if "-" in name} == {("10", "90")}
    assert "w400.avif" in names


@pytest.mark.parametrize(("x", "y"), [(101, 50), (-1, 50), (50, 300), ("", 50), ("left", 50)])
def test_a_focus_outside_of_the_picture_is_refused(editor: Client, x: object, y: object) -> None:
    picture = make_picture()
    response = editor.post(f"/admin/blog/picture/{picture.pk}/change/", form(focal_x=x, focal_y=y))

    assert response.status_code == 200
    assert response.context["adminform"].form.errors


def test_a_picture_that_is_shown_is_not_deleted_and_the_page_is_named(
    editor: Client, media_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    picture = make_picture()
    post = make_post(title="On feet")
    figure = PostFigure.objects.create(parent=post, region="main", upload=picture)
    before = files(media_folder)

    delete = f"/admin/blog/picture/{picture.pk}/delete/"
    assert "Post: On feet" in editor.get(delete).content.decode()
    assert "Post: On feet" in editor.get(f"/admin/blog/picture/{picture.pk}/change/").content.decode()
    editor.post(delete, {"post": "yes"})
    editor.post(
        "/admin/blog/picture/", {"action": "delete_selected", "_selected_action": picture.pk, "post": "yes"}
    )
    assert Picture.objects.exists()
    assert files(media_folder) == before

    figure.delete()
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(delete, {"post": "yes"})
    assert not Picture.objects.exists()
    assert [path for path in files(media_folder) if path != "library"] == []


def test_pictures_that_nothing_shows_go_together_with_their_files(
    editor: Client, media_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    chosen = [make_picture().pk, make_picture().pk]
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(
            "/admin/blog/picture/", {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
        )

    assert not Picture.objects.exists()
    assert [path for path in files(media_folder) if path != "library"] == []


def test_words_that_a_page_relies_on_are_not_emptied(editor: Client) -> None:
    picture = make_picture()
    PostFigure.objects.create(parent=make_post(title="On feet", state=State.DRAFT), upload=picture)
    response = editor.post(f"/admin/blog/picture/{picture.pk}/change/", form(alternative_text=""))

    assert "“On feet” has no words of its own" in response.content.decode()


def video_form(**fields: Any) -> dict[str, Any]:
    """What a browser sends of a video."""
    return {
        "name": "Rolling a ball",
        "transcript": "Roll the ball.",
        "still": "",
        "film": SimpleUploadedFile("ball.mp4", mp4(), "video/mp4"),
        "captions": SimpleUploadedFile("ball.vtt", CAPTIONS.encode(), "text/vtt"),
        **fields,
    }


@pytest.mark.parametrize("name", REFUSED_VIDEOS)
def test_a_refused_video_leaves_nothing_behind(editor: Client, media_folder: Path, name: str) -> None:
    data, _words = REFUSED_VIDEOS[name]
    response = editor.post(ADD_VIDEO, video_form(film=SimpleUploadedFile("ball.mp4", data, "video/mp4")))

    assert response.context["adminform"].form.errors["film"]
    assert not Video.objects.exists()
    assert files(media_folder) == []


@pytest.mark.parametrize("lacking", ["film", "captions", "transcript"])
def test_a_video_needs_captions_and_its_text(editor: Client, media_folder: Path, lacking: str) -> None:
    data = video_form()
    del data[lacking]

    assert lacking in editor.post(ADD_VIDEO, data).context["adminform"].form.errors
    assert files(media_folder) == []


def test_a_video_is_on_the_page_with_its_captions_and_its_text(editor: Client, client: Client) -> None:
    assert editor.post(ADD_VIDEO, video_form()).status_code == 302
    video = Video.objects.get()
    post = make_post()
    PostVideo.objects.create(parent=post, region="main", video=video)

    html = client.get(post.get_absolute_url()).content.decode()
    assert f'<source src="/media/videos/{video.folder}/film.mp4" type="video/mp4">' in html
    assert (
        f'<track kind="captions" srclang="en" label="English" src="/media/videos/{video.folder}/captions.vtt"'
        in html
    )
    assert "Roll the ball." in html


def test_other_captions_leave_the_film_and_take_the_old_files_away(
    editor: Client, media_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    video = make_video()
    other = CAPTIONS.replace("Roll", "Push")
    with django_capture_on_commit_callbacks(execute=True):
        data = video_form(captions=SimpleUploadedFile("b.vtt", other.encode()))
        del data["film"]
        assert editor.post(f"/admin/blog/video/{video.pk}/change/", data).status_code == 302

    video.refresh_from_db()
    folder = media_folder / "videos" / video.folder
    assert [path.name for path in (media_folder / "videos").iterdir()] == [video.folder]
    assert (folder / "film.mp4").read_bytes() == mp4()
    assert "Push" in (folder / "captions.vtt").read_text()
