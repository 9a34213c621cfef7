//! What was not linked, and why.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::program::{FileAt, Node, Program};
use crate::ast::Gap;
use crate::passes::Linked;

pub(super) fn gaps(
    program: &Program<'_>,
    full: Vec<Node>,
    cut: &FxHashSet<(u32, u32)>,
    finished: bool,
    linked: &mut Linked,
) {
    let ends = program.ends();
    let mut counts: BTreeMap<FileAt, usize> = BTreeMap::new();
    for node in full {
        let file = if node < ends.variables {
            Some(program.file_of_variable(node))
        } else if node < ends.variables + ends.expressions {
            Some(
                program
                    .bases
                    .partition_point(|bases| bases.expressions <= node - ends.variables)
                    as u32
                    - 1,
            )
        } else {
            program
                .function_files
                .get((node - ends.variables - ends.expressions) as usize)
                .copied()
        };
        if let Some(file) = file {
            *counts.entry(file).or_default() += 1;
        }
    }
    for (file, count) in counts {
        let detail = format!(
            "{count} places can hold more than {} values: calls through them may lack targets",
            super::places::MOST_VALUES
        );
        linked.gaps.push((
            program.files[file as usize].ordinal,
            whole("value_limit", detail),
        ));
    }
    let mut cut: Vec<(u32, u32)> = cut.iter().copied().collect();
    cut.sort_unstable();
    for (class, name) in cut {
        let file = program.files[program.class_files[class as usize] as usize];
        let facts = program.class(class);
        let detail = format!(
            "{} has more than {} overrides of {}: calls go to the declared one only",
            file.name(facts.full_name),
            super::hierarchy::OVERRIDES,
            program.text(name)
        );
        linked
            .gaps
            .push((file.ordinal, whole("override_limit", detail)));
    }
    if !finished {
        for file in &program.files {
            linked.gaps.push((
                file.ordinal,
                whole(
                    "link_budget",
                    "linking ended at its budget: calls may lack targets".to_owned(),
                ),
            ));
        }
    }
    linked.gaps.sort_by(|(a, gap), (b, other)| {
        (a, &gap.reason, &gap.detail).cmp(&(b, &other.reason, &other.detail))
    });
}

pub(super) fn whole(reason: &str, detail: String) -> Gap {
    Gap {
        start: 0,
        end: 0,
        reason: reason.to_owned(),
        detail,
    }
}
