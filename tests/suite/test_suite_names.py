"""What a batch is called after the paths that were given, and the paths that it keeps."""

import pytest

from scenario.suite.find import paths_of, stored_paths, suite_name


@pytest.fixture
def project(tmp_path):
    made = tmp_path / "shop"
    (made / "tests").mkdir(parents=True)
    (made / "pyproject.toml").write_text("")
    for name in ("a", "b"):
        (made / "tests" / f"{name}.scenario.yaml").write_text("")
    (tmp_path / "x.scenario.yaml").write_text("")
    return made


def named(paths, here):
    return suite_name(stored_paths(paths, here), here)


def test_a_path_is_named_alike_however_it_is_written(project):
    file = project / "tests" / "a.scenario.yaml"
    (project.parent / "link").symlink_to(project)
    assert {
        named(["tests/a.scenario.yaml"], project),
        named(["./tests/../tests/a.scenario.yaml"], project),
        named([str(file)], project),
        named(["a.scenario.yaml"], project / "tests"),
        named([str(file)], project / "tests"),
        named([str(project.parent / "link" / "tests" / "a.scenario.yaml")], project),
        named(["tests/a.scenario.yaml"], project.parent / "link"),
    } == {"tests/a.scenario.yaml"}


def test_the_whole_project_is_named_by_its_folder(project):
    names = {named(paths, project) for paths in ([], ["."], [str(project)])}
    assert names | {named([".."], project / "tests")} == {"shop"}
    assert named([], project / "tests") == "tests"


def test_what_is_outside_of_the_project_is_named_by_its_file(project):
    assert named(["../x.scenario.yaml"], project) == "x.scenario.yaml"
    assert stored_paths(["../x.scenario.yaml"], project) == [str(project.parent / "x.scenario.yaml")]


def test_many_paths_are_named_briefly(project):
    assert named(["tests/a.scenario.yaml", "tests/b.scenario.yaml"], project) == (
        "tests/a.scenario.yaml, tests/b.scenario.yaml"
    )
    assert named([f"tests/{each}.py" for each in "abcde"], project) == "tests/a.py, tests/b.py and 3 more"
    assert named(["tests", "./tests"], project) == "tests"


def test_what_is_kept_means_the_same_from_every_folder_of_the_project(project):
    kept = stored_paths(["a.scenario.yaml", "../../x.scenario.yaml"], project / "tests")
    assert paths_of(kept, project) == ["tests/a.scenario.yaml", str(project.parent / "x.scenario.yaml")]
    assert paths_of(kept, project / "tests")[0] == "a.scenario.yaml"
    assert paths_of(["gone.py"], project) == ["gone.py"]


def test_without_a_project_the_working_directory_is_where_names_begin(tmp_path):
    assert named([str(tmp_path / "a.py")], tmp_path) == "a.py"
