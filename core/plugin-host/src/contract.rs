//! What this host offers to plugins: interfaces, functions and the capability that each needs.
//!
//! To add a host capability: `plugin-api/wit/<name>.wit`, `capability/<name>.rs`, its line here, an import in the world.

use serde::{Deserialize, Serialize};

use crate::types::PluginKind;

/// Version of the API that this host speaks, as in the WIT package.
pub const API_VERSION: &str = "1.0.0-rc";

/// Name of the WIT package, with its colon.
pub(crate) const PACKAGE: &str = "codegraph:plugin/";

/// What a plugin may be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Capability {
    /// Named queries of the catalogue.
    #[serde(rename = "graph.query")]
    GraphQuery,
    /// Searches along edges.
    #[serde(rename = "graph.reach")]
    GraphReach,
    /// Source text.
    #[serde(rename = "graph.source")]
    GraphSource,
    /// Searches for flows of values.
    #[serde(rename = "graph.flows")]
    GraphFlows,
    /// SQL over the public views, in a process of its own.
    #[serde(rename = "graph.sql")]
    GraphSql,
}

impl Capability {
    /// All capabilities.
    pub const ALL: [Self; 5] = [
        Self::GraphQuery,
        Self::GraphReach,
        Self::GraphSource,
        Self::GraphFlows,
        Self::GraphSql,
    ];

    /// The name in manifests.
    pub fn text(self) -> &'static str {
        match self {
            Self::GraphQuery => "graph.query",
            Self::GraphReach => "graph.reach",
            Self::GraphSource => "graph.source",
            Self::GraphFlows => "graph.flows",
            Self::GraphSql => "graph.sql",
        }
    }

    /// The capability of a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|capability| capability.text() == text)
    }
}

/// A function or resource of an interface, and the capabilities of which one must be asked for to import it.
pub(crate) type Item = (&'static str, &'static [Capability]);

/// An interface that the host offers.
pub(crate) struct Interface {
    pub(crate) name: &'static str,
    /// Kinds of plugins whose world imports it.
    pub(crate) kinds: &'static [PluginKind],
    pub(crate) items: &'static [Item],
}

const BOTH: &[PluginKind] = &[PluginKind::Importer, PluginKind::Scenario];
const FREE: &[Capability] = &[];

/// All interfaces of the host.
pub(crate) const INTERFACES: &[Interface] = &[
    Interface {
        name: "types",
        kinds: BOTH,
        items: &[],
    },
    Interface {
        name: "host",
        kinds: BOTH,
        items: &[("log", FREE), ("settings", FREE)],
    },
    Interface {
        name: "cpg",
        kinds: &[PluginKind::Importer],
        items: &[],
    },
    Interface {
        name: "ast-sink",
        kinds: &[PluginKind::Importer],
        items: &[("push", FREE), ("gap", FREE)],
    },
    Interface {
        name: "graph",
        kinds: &[PluginKind::Scenario],
        items: &[
            ("result-set", FREE),
            ("[method]result-set.columns", FREE),
            ("[method]result-set.next", FREE),
            ("[method]result-set.truncated", FREE),
            ("query", &[Capability::GraphQuery, Capability::GraphSql]),
            ("reach", &[Capability::GraphReach]),
            ("flows", &[Capability::GraphFlows]),
            ("source", &[Capability::GraphSource]),
            ("revision", FREE),
        ],
    },
    Interface {
        name: "answer",
        kinds: &[PluginKind::Scenario],
        items: &[("sink", FREE), ("[method]sink.emit", FREE)],
    },
];

/// What a plugin of a kind exports: the interface and its functions.
pub(crate) fn export_of(kind: PluginKind) -> (&'static str, &'static [&'static str]) {
    match kind {
        PluginKind::Importer => ("importer", &["describe", "outline", "lower"]),
        PluginKind::Scenario => ("scenario", &["describe", "run"]),
    }
}

#[cfg(test)]
mod tests {
    //! The contract's text against what is written here and in `codegraph_cpg::kind`.

    use codegraph_cpg::kind::{NodeKind, Role, property};

    use super::*;

    const WIT: [&str; 3] = [
        include_str!("../../../plugin-api/wit/types.wit"),
        include_str!("../../../plugin-api/wit/importer.wit"),
        include_str!("../../../plugin-api/wit/scenario.wit"),
    ];

    /// Lines of the contract without comments.
    fn lines() -> impl Iterator<Item = &'static str> {
        WIT.iter()
            .flat_map(|text| text.lines())
            .map(|line| line.split("//").next().unwrap().trim())
    }

    /// Cases between the braces of `enum NAME {` or `flags NAME {`.
    fn cases(head: &str) -> Vec<String> {
        let text: String = lines().collect::<Vec<_>>().join("\n");
        let from = text
            .find(head)
            .unwrap_or_else(|| panic!("the contract has no {head:?}"))
            + head.len();
        let to = from + text[from..].find('}').unwrap();
        text[from..to]
            .split(',')
            .map(|case| case.trim().trim_start_matches('%').into())
            .filter(|case: &String| !case.is_empty())
            .collect()
    }

    #[test]
    fn node_kinds_have_the_numbers_of_the_contract() {
        let ours: Vec<String> = NodeKind::ALL
            .iter()
            .map(|kind| kind.text().to_lowercase().replace('_', "-"))
            .collect();
        assert_eq!(cases("enum node-kind {"), ours);
    }

    #[test]
    fn roles_have_the_numbers_of_the_contract() {
        let ours: Vec<String> = Role::ALL
            .iter()
            .map(|role| role.text().replace('_', "-"))
            .collect();
        assert_eq!(cases("enum role {"), ours);
    }

    #[test]
    fn properties_have_the_bits_of_the_contract() {
        let ours: Vec<String> = property::NAMES
            .iter()
            .map(|name| name.replace('_', "-"))
            .collect();
        assert_eq!(cases("flags node-flags {"), ours);
        assert_eq!(property::TYPE_ONLY, 1 << (ours.len() - 1));
    }

    #[test]
    fn the_version_is_that_of_the_contract() {
        for text in WIT {
            assert!(text.contains(&format!("package codegraph:plugin@{API_VERSION};")));
        }
    }

    #[test]
    fn every_function_of_the_contract_is_listed() {
        let mut interface = "";
        let mut resource = "";
        let mut found = Vec::new();
        for line in lines() {
            if let Some(rest) = line.strip_prefix("interface ") {
                interface = rest.trim_end_matches([' ', '{']);
            } else if line.starts_with("world ") {
                interface = "";
            } else if let Some(rest) = line.strip_prefix("resource ") {
                resource = rest.trim_end_matches([' ', '{']);
                found.push((interface, resource.to_owned()));
            } else if line == "}" {
                resource = "";
            } else if let Some((name, rest)) = line.split_once(':')
                && rest.trim_start().starts_with("func(")
            {
                let name = if resource.is_empty() {
                    name.to_owned()
                } else {
                    format!("[method]{resource}.{name}")
                };
                found.push((interface, name));
            }
        }
        let exports = [PluginKind::Importer, PluginKind::Scenario].map(export_of);
        for (interface, name) in &found {
            let imported = INTERFACES
                .iter()
                .any(|i| i.name == *interface && i.items.iter().any(|(item, _)| item == name));
            let exported = exports
                .iter()
                .any(|(i, functions)| i == interface && functions.contains(&name.as_str()));
            assert!(imported || exported, "{interface}.{name} is in no list");
        }
        let listed = INTERFACES.iter().map(|i| i.items.len()).sum::<usize>()
            + exports.iter().map(|e| e.1.len()).sum::<usize>();
        assert_eq!(
            listed,
            found.len(),
            "a list has a function that the contract has not"
        );
    }

    #[test]
    fn every_capability_has_its_name() {
        for capability in Capability::ALL {
            assert_eq!(Capability::parse(capability.text()), Some(capability));
            assert_eq!(serde_json::to_value(capability).unwrap(), capability.text());
        }
    }
}
