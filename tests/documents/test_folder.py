import os
from pathlib import Path

import pytest

from ragcheck.documents import read_documents
from ragcheck.errors import InputError


def write(folder: Path, files: dict[str, bytes | str]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def ids(folder: Path) -> list[str]:
    return [document.id for document in read_documents(folder)[0]]


def test_ids_are_sorted_paths_with_slashes(tmp_path):
    write(
        tmp_path, {"b.md": "b", "a/z.txt": "z", "a/b/c.rst": "c", "A.markdown": "a", "a.MDX": "m"}
    )
    assert ids(tmp_path) == sorted(["A.markdown", "a.MDX", "a/b/c.rst", "a/z.txt", "b.md"])


def test_texts_are_canonical_and_empty_files_are_documents(tmp_path):
    write(tmp_path, {"a.md": b"\xef\xbb\xbfone\r\ntwo\rthree", "empty.txt": b"", "one.txt": "x"})
    documents, notices = read_documents(tmp_path)
    assert [document.text for document in documents] == ["one\ntwo\nthree", "", "x"]
    assert notices == ()


def test_titles_and_sections_are_of_markdown_only(tmp_path):
    write(tmp_path, {"a.md": "# Fees\n\nLate.\n", "a.txt": "# Fees\n\nLate.\n"})
    markdown, plain = read_documents(tmp_path)[0]
    assert markdown.title == "Fees"
    assert [section.path for section in markdown.sections] == [("Fees",)]
    assert (plain.title, plain.sections) == ("", ())


def test_hidden_files_and_folders_are_not_read(tmp_path):
    write(
        tmp_path, {"a.md": "a", ".hidden.md": b"\xff", ".git/b.md": b"\xff", "c/.d/e.md": b"\xff"}
    )
    assert ids(tmp_path) == ["a.md"]


def test_a_hidden_folder_named_by_the_user_is_read(tmp_path):
    assert ids(write(tmp_path / ".docs", {"a.md": "a"})) == ["a.md"]


def test_other_suffixes_are_counted_in_one_notice(tmp_path):
    write(tmp_path, {"a.md": "a", "b.pdf": "", "c/d.PDF": "", "e.docx": "", "Makefile": ""})
    (notice,) = read_documents(tmp_path)[1]
    assert notice.code == "skipped_files"
    assert notice.text == (
        "skipped 4 files that are not text or Markdown: .docx (1), .pdf (2), Makefile (1)"
    )


def test_odd_names_survive(tmp_path):
    names = ["a b.md", "new\nline.md", "back\\slash.md", "😀.md", "שלום.txt", "é.md", "e\u0301.md"]
    names += ["x.md", "X.md", "#?&%.md", "-rf.md", "trailing .md"]
    write(tmp_path, dict.fromkeys(names, "text"))
    assert ids(tmp_path) == sorted(names)


def test_a_folder_may_look_like_a_file(tmp_path):
    assert ids(write(tmp_path, {"a.md/b.md": "b"})) == ["a.md/b.md"]


def test_links_in_a_circle_end_and_real_folders_win(tmp_path):
    write(tmp_path, {"z/a.md": "a", "z/deep/b.md": "b"})
    (tmp_path / "a-link").symlink_to(tmp_path / "z")
    (tmp_path / "z" / "up").symlink_to(tmp_path)
    (tmp_path / "z" / "deep" / "self").symlink_to(".")
    assert ids(tmp_path) == ["z/a.md", "z/deep/b.md"]


def test_links_to_folders_and_files_outside_are_followed(tmp_path):
    outside = write(tmp_path / "outside", {"a.md": "a"})
    docs = write(tmp_path / "docs", {"b.md": "b"})
    (docs / "linked").symlink_to(outside)
    (docs / "c.md").symlink_to(outside / "a.md")
    assert ids(docs) == ["b.md", "c.md", "linked/a.md"]


def test_the_folder_itself_may_be_a_link(tmp_path):
    (tmp_path / "link").symlink_to(write(tmp_path / "docs", {"a.md": "a"}))
    assert ids(tmp_path / "link") == ["a.md"]


def test_every_bad_file_is_in_one_error(tmp_path):
    write(
        tmp_path,
        {
            "good.md": "fine",
            "latin.md": "line\nfünf".encode("latin-1"),
            "sub/wide.txt": "wide".encode("utf-16"),
        },
    )
    (tmp_path / "broken.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    with pytest.raises(InputError) as caught:
        read_documents(tmp_path)
    text = caught.value.render()
    assert "4 of the documents" in text
    assert "latin.md:2: is not UTF-8: byte 0xfc at offset 6" in text
    assert "sub/wide.txt: is UTF-16, not UTF-8" in text
    assert "broken.md: is a broken link" in text
    assert "loop.md: " in text
    assert "WINDOWS-1252" in caught.value.hint
    assert "UTF-16" in caught.value.hint


def test_a_pipe_is_refused_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(InputError, match=r"pipe\.md: is a broken link or not a regular file"):
        read_documents(tmp_path)


def test_a_name_that_is_not_utf8_is_a_problem(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text("x")
    with pytest.raises(InputError, match="its file name is not UTF-8") as caught:
        read_documents(tmp_path)
    assert "caf\\xe9.md" in str(caught.value)


@pytest.fixture
def bound_by_permissions(tmp_path, monkeypatch):
    """A folder to be in, as a user whom permissions stop also where the tests run as root."""
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield tmp_path
    os.seteuid(user)


def test_what_may_not_be_read_is_said(tmp_path, request):
    write(tmp_path, {"a.md": "a", "closed.md": "b", "locked/c.md": "c"})
    (tmp_path / "closed.md").chmod(0)
    (tmp_path / "locked").chmod(0)
    request.getfixturevalue("bound_by_permissions")
    with pytest.raises(InputError) as caught:
        read_documents(Path())
    assert "closed.md: cannot be read: Permission denied" in str(caught.value)
    assert "locked/: cannot be read: Permission denied" in str(caught.value)


@pytest.mark.parametrize("name", ["missing", "file.txt"])
def test_a_folder_is_needed(tmp_path, name):
    write(tmp_path, {"file.txt": "x"})
    with pytest.raises(InputError, match=r"does not exist|is not a folder") as caught:
        read_documents(tmp_path / name)
    assert "--docs" in caught.value.hint


def test_a_folder_without_documents_is_an_error_that_names_what_is_there(tmp_path):
    with pytest.raises(InputError, match="holds no text or Markdown file"):
        read_documents(tmp_path)
    write(tmp_path, {"a.pdf": "x"})
    with pytest.raises(InputError, match=r"skipped 1 file .*\.pdf"):
        read_documents(tmp_path)
