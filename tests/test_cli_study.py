"""``earmark study`` says what it needs; the study itself is tested in test_singing_transfer."""

from shell import earmark


def test_the_whole_study_needs_data(tmp_path):
    said = earmark("study", "singing-transfer", "-o", tmp_path / "out")
    assert said.code == 2
    assert "--data" in said.err
    assert "--quick" in said.err
    assert not (tmp_path / "out").exists()


def test_a_folder_without_the_corpus(tmp_path):
    out = tmp_path / "out"
    said = earmark("study", "singing-transfer", "--quick", "--data", tmp_path / "no", "-o", out)
    assert said.code == 1
    assert "singing" in said.err


def test_studies_are_listed():
    said = earmark("study", "--help")
    assert said.code == 0
    assert "singing-transfer" in said.out
