//! Which number a file has in the graph: the one that it had in the last graph, so that an edit renumbers its own file only.

use std::collections::BTreeMap;

/// Ordinals have 21 bits; 0 is the file of external stubs.
const HIGHEST: u32 = (1 << 21) - 1;

/// Numbers paths. `before` has the numbers of the last graph; new paths come behind the highest of them, in their order.
///
/// Where the numbers run out, because many files came and went, all are given anew. None where there are more paths than numbers.
pub(super) fn assign<'a>(
    paths: impl Iterator<Item = &'a str> + Clone,
    before: &BTreeMap<String, u32>,
) -> Option<BTreeMap<&'a str, u32>> {
    let mut next = before.values().copied().max().unwrap_or(0);
    let mut ordinals = BTreeMap::new();
    for path in paths.clone() {
        let ordinal = match before.get(path) {
            Some(&ordinal) => ordinal,
            None if next < HIGHEST => {
                next += 1;
                next
            }
            None if before.is_empty() => return None,
            None => return assign(paths, &BTreeMap::new()),
        };
        ordinals.insert(path, ordinal);
    }
    Some(ordinals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(list: &[(&str, u32)]) -> BTreeMap<String, u32> {
        list.iter()
            .map(|&(path, ordinal)| (path.to_owned(), ordinal))
            .collect()
    }

    #[test]
    fn old_files_keep_theirs_new_ones_come_behind() {
        let paths = ["a", "b", "c"];
        let first = assign(paths.into_iter(), &BTreeMap::new()).unwrap();
        assert_eq!(first, BTreeMap::from([("a", 1), ("b", 2), ("c", 3)]));
        let second = assign(
            ["0", "b", "c", "d"].into_iter(),
            &before(&[("a", 1), ("b", 2), ("c", 3)]),
        )
        .unwrap();
        assert_eq!(
            second,
            BTreeMap::from([("0", 4), ("b", 2), ("c", 3), ("d", 5)])
        );
    }

    #[test]
    fn used_up_numbers_are_given_anew() {
        let ordinals = assign(["a", "b"].into_iter(), &before(&[("a", HIGHEST)])).unwrap();
        assert_eq!(ordinals, BTreeMap::from([("a", 1), ("b", 2)]));
    }
}
