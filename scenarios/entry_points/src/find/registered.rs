//! Applications, routers, what is put into what, and handlers that are made of classes.

use codegraph_sdk::Fault;
use serde_json::json;

use super::Search;
use crate::graph::{captured, carried, last_lines, origins, place};
use crate::mounts::{Mounted, Prefix};
use crate::point::Owner;

/// A handler that is made of classes.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    /// Nodes of the classes.
    pub(crate) classes: Vec<u64>,
    /// Names of methods that answer.
    pub(crate) verbs: Vec<String>,
}

/// Applications and routers only.
pub(super) fn makers(search: &mut Search<'_>) -> Result<(), Fault> {
    let mut rules = Vec::new();
    for (at, object) in search.data.objects.iter().enumerate() {
        let prefix = object.prefix.iter().map(|slot| carried(slot, "prefix"));
        rules.push(json!({
            "label": at.to_string(),
            "find": { "call": { "callee": object.make, "arguments": prefix.collect::<Vec<_>>() } },
        }));
    }
    for hit in search.ask(&rules)? {
        let prefix = captured(&hit, "prefix")
            .map_or(Prefix::None, |(step, text)| Prefix::of(&step.code, text));
        search
            .objects
            .made
            .insert(hit.place.node, (prefix, place(&hit.place)));
    }
    let nodes = search.objects.made.keys().copied().collect();
    search.objects.ends = last_lines(&nodes)?;
    Ok(())
}

/// All of it.
pub(super) fn objects(search: &mut Search<'_>) -> Result<(), Fault> {
    makers(search)?;
    mounts(search)?;
    includes(search)?;
    views(search)
}

fn mounts(search: &mut Search<'_>) -> Result<(), Fault> {
    let mut rules = Vec::new();
    for (at, mount) in search.data.mounts.iter().enumerate() {
        rules.push(json!({
            "label": at.to_string(),
            "find": { "call": {
                "callee": mount.call,
                "unresolved": mount.by_name,
                "origins": "on:origin",
                "arguments": [carried(&mount.child, "child"), carried(&mount.prefix, "prefix")],
            } },
        }));
    }
    for hit in search.ask(&rules)? {
        let Some(mount) = hit
            .label
            .parse::<usize>()
            .ok()
            .and_then(|at| search.data.mounts.get(at))
        else {
            continue;
        };
        let prefix = captured(&hit, "prefix")
            .map_or(Prefix::None, |(step, text)| Prefix::of(&step.code, text));
        let parents: Vec<Owner> = origins(&hit, "on")
            .map(|(step, _)| Owner::Made(step.node))
            .collect();
        let children = origins(&hit, "child");
        let children: Vec<Owner> = children.map(|(step, _)| Owner::Made(step.node)).collect();
        search.objects.mounted.push(Mounted {
            node: hit.place.node,
            place: place(&hit.place),
            line_end: 0,
            parents,
            children,
            prefix,
            replaces: mount.replaces,
        });
    }
    let nodes = search
        .objects
        .mounted
        .iter()
        .map(|mounted| mounted.node)
        .collect();
    let ends = last_lines(&nodes)?;
    for mounted in &mut search.objects.mounted {
        mounted.line_end = ends.get(&mounted.node).copied().unwrap_or_default();
    }
    Ok(())
}

/// Modules that hold routes: what a route with such a call leads to stands in those files.
fn includes(search: &mut Search<'_>) -> Result<(), Fault> {
    let mut rules = Vec::new();
    for include in &search.data.includes {
        rules.push(json!({
            "label": "include",
            "find": { "call": { "callee": include.call, "arguments": [carried(&include.module, "module")] } },
        }));
    }
    for hit in search.ask(&rules)? {
        let mut files = Vec::new();
        if let Some((_, module)) = captured(&hit, "module").filter(|(_, text)| !text.is_empty()) {
            files.extend(file_of(module)?);
        }
        for (_, module) in origins(&hit, "module").filter(|(_, text)| !text.is_empty()) {
            files.extend(file_of(module)?);
        }
        files.sort();
        files.dedup();
        search.objects.included.insert(hit.place.node, files);
    }
    Ok(())
}

/// The path of a module's file.
fn file_of(module: &str) -> Result<Vec<String>, Fault> {
    use codegraph_sdk::{rows, scenario::Value};
    let mut found = Vec::new();
    // A folder that is no package gives its files short names of modules: then the path tells.
    for asked in [
        module.to_owned(),
        format!("{}.py", module.replace('.', "/")),
    ] {
        let rows = rows::ask("file", &[Value::Text(asked)], 5)?;
        for row in rows.iter() {
            let path = row.text("path")?;
            let is_path = path
                .strip_suffix(".py")
                .is_some_and(|stem| stem.replace('/', ".").ends_with(module));
            if row.text("module")? == module || is_path {
                found.push(path);
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn views(search: &mut Search<'_>) -> Result<(), Fault> {
    let mut rules = Vec::new();
    for (at, view) in search.data.views.iter().enumerate() {
        rules.push(json!({
            "label": at.to_string(),
            "find": { "call": { "callee": view.call, "unresolved": view.by_name, "origins": "class:origin" } },
        }));
    }
    for hit in search.ask(&rules)? {
        let Some(view) = hit
            .label
            .parse::<usize>()
            .ok()
            .and_then(|at| search.data.views.get(at))
        else {
            continue;
        };
        let classes = origins(&hit, "class").map(|(step, _)| step.node).collect();
        search.views.insert(
            hit.place.node,
            View {
                classes,
                verbs: view.verbs.clone(),
            },
        );
    }
    Ok(())
}
