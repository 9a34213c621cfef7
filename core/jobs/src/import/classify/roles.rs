//! What a file is for, by its path: `data/roles.toml`.

use std::sync::LazyLock;

use codegraph_cpg::store::FileRole;
use serde::Deserialize;

use super::super::find::fits;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles {
    test: Names,
    vendored: Names,
    generated: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    folders: Vec<String>,
    files: Vec<String>,
}

/// What a source file is for. Vendored wins over generated, generated over test: whose it is matters more than what it does.
pub fn role(path: &str) -> FileRole {
    static ROLES: LazyLock<Roles> = LazyLock::new(|| {
        toml::from_str(include_str!("../data/roles.toml")).expect("the table of roles is tested")
    });
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let fits_one = |names: &Names| {
        folders
            .split('/')
            .any(|folder| names.folders.iter().any(|pattern| fits(pattern, folder)))
            || names.files.iter().any(|pattern| fits(pattern, name))
    };
    if fits_one(&ROLES.vendored) {
        FileRole::Vendored
    } else if fits_one(&ROLES.generated) {
        FileRole::Generated
    } else if fits_one(&ROLES.test) {
        FileRole::Test
    } else {
        FileRole::Source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_path() {
        for (path, expected) in [
            ("src/flask/app.py", FileRole::Source),
            ("tests/conftest.py", FileRole::Test),
            ("src/test_x.py", FileRole::Test),
            ("src/x_test.go", FileRole::Test),
            ("src/contest.py", FileRole::Source),
            ("src/latest/x.py", FileRole::Source),
            ("pip/_vendor/tests/x.py", FileRole::Vendored),
            ("api/shop_pb2.py", FileRole::Generated),
            ("testing.py", FileRole::Source),
        ] {
            assert_eq!(role(path), expected, "{path}");
        }
    }
}
