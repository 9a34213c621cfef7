//! Asks a plugin what it is, and checks what it says.

use std::collections::BTreeSet;
use std::sync::Arc;

use codegraph_cpg::rules::Rules;

use super::plugin::{Code, Says};
use super::refusal::Refusal;
use crate::bindings::importer::exports::codegraph::plugin::importer::Language;
use crate::bindings::scenario::exports::codegraph::plugin::scenario as generated;
use crate::call::{Identity, Job, Runner};
use crate::cancel::Cancel;
use crate::capability::convert::all;
use crate::text;
use crate::types::{Descriptor, LanguageInfo, Localized};

/// Most entries of a list.
const ENTRIES: usize = 1000;
/// Most questions that a scenario may have asked in the background.
const WARM: usize = 8;
/// Longest short text and longest user page, bytes.
const SHORT: usize = 1024;
const README: usize = 256 << 10;
/// All rules of a language together, descriptions of libraries among them, bytes.
const RULES: usize = 8 << 20;

/// Makes the smoke call.
pub(super) async fn describe(
    runner: &Runner,
    identity: &Arc<Identity>,
    code: &Code,
) -> Result<Says, Refusal> {
    let cancel = Cancel::new();
    match code {
        Code::Importer(pre) => {
            let pre = pre.clone();
            let done = runner.call(identity, Job::Plain, &cancel, |store| {
                Box::pin(async move {
                    let plugin = pre.instantiate_async(&mut *store).await?;
                    plugin
                        .codegraph_plugin_importer()
                        .call_describe(store)
                        .await
                })
            });
            languages(&identity.id, done.await.map_err(Refusal::Smoke)?.result).map(Says::Importer)
        }
        Code::Scenario(pre) => {
            let pre = pre.clone();
            let done = runner.call(identity, Job::Plain, &cancel, |store| {
                Box::pin(async move {
                    let plugin = pre.instantiate_async(&mut *store).await?;
                    plugin
                        .codegraph_plugin_scenario()
                        .call_describe(store)
                        .await
                })
            });
            let said = done.await.map_err(Refusal::Smoke)?.result;
            descriptor(&identity.id, said).map(|descriptor| Says::Scenario(Box::new(descriptor)))
        }
    }
}

fn wrong(what: impl Into<String>) -> Refusal {
    Refusal::Description(what.into())
}

fn languages(plugin: &str, said: Vec<Language>) -> Result<Vec<LanguageInfo>, Refusal> {
    let mut seen = BTreeSet::new();
    let mut languages = Vec::new();
    for language in said {
        if !text::is_identifier(&language.id) {
            return Err(wrong(format!(
                "{:?} is no identifier of a language",
                text::clean_line(&language.id, 64)
            )));
        }
        if !seen.insert(language.id.clone()) {
            return Err(wrong(format!("the language {:?} comes twice", language.id)));
        }
        let endings = [
            &language.extensions,
            &language.file_names,
            &language.interpreters,
        ];
        if endings.iter().any(|list| list.len() > ENTRIES) || language.rules.len() > ENTRIES {
            return Err(wrong(format!(
                "a list of {:?} has more than {ENTRIES} entries",
                language.id
            )));
        }
        for ending in endings.into_iter().flatten() {
            if ending.is_empty()
                || ending.contains(['/', '\\'])
                || *ending != text::clean_line(ending, 255)
            {
                return Err(wrong(format!(
                    "{:?} is no name of a file",
                    text::clean_line(ending, 64)
                )));
            }
        }
        if let Some(extension) = language
            .extensions
            .iter()
            .find(|extension| !extension.starts_with('.'))
        {
            return Err(wrong(format!("the extension {extension:?} lacks its dot")));
        }
        if language
            .rules
            .iter()
            .map(|rule| rule.value.len())
            .sum::<usize>()
            > RULES
        {
            return Err(wrong(format!(
                "the rules of {:?} are longer than {RULES} bytes",
                language.id
            )));
        }
        let rule = |entry: crate::bindings::types::Entry| {
            (
                text::clean(&entry.key, SHORT),
                text::clean(&entry.value, RULES),
            )
        };
        languages.push(LanguageInfo {
            plugin: plugin.into(),
            name: text::clean_line(&language.name, SHORT),
            extensions: language.extensions,
            file_names: language.file_names,
            interpreters: language.interpreters,
            rules: Rules::new(
                language.id.clone(),
                language.rules.into_iter().map(rule).collect(),
            ),
            id: language.id,
        });
    }
    Ok(languages)
}

fn descriptor(plugin: &str, said: generated::Descriptor) -> Result<Descriptor, Refusal> {
    if said.id != plugin {
        let id = text::clean_line(&said.id, 64);
        return Err(wrong(format!(
            "the scenario's identifier is {id:?}, the manifest's {plugin:?}"
        )));
    }
    for (what, list) in [
        ("keywords", &said.keywords),
        ("phrases", &said.phrases),
        ("examples", &said.examples),
    ] {
        if list.len() > ENTRIES {
            return Err(wrong(format!("it has more than {ENTRIES} {what}")));
        }
    }
    let warm: Vec<&str> = said
        .extra
        .iter()
        .filter(|entry| entry.key == Descriptor::WARM)
        .map(|entry| entry.value.as_str())
        .collect();
    if warm.len() > WARM {
        return Err(wrong(format!(
            "it wants {} questions to be asked in the background, at most {WARM} are",
            warm.len()
        )));
    }
    if let Some(question) = warm
        .iter()
        .find(|question| question.trim().is_empty() || question.len() > SHORT)
    {
        return Err(wrong(format!(
            "a question that is to be asked in the background has {} bytes, not 1 to {SHORT}",
            question.trim().len()
        )));
    }
    if said.readme.len() > README {
        return Err(wrong(format!(
            "its user page is longer than {README} bytes"
        )));
    }
    let short = |text: crate::bindings::types::Localized| Localized {
        en: text::clean(&text.en, SHORT),
        ru: text::clean(&text.ru, SHORT),
    };
    let many = |list: Vec<crate::bindings::types::Localized>| list.into_iter().map(short).collect();
    Ok(Descriptor {
        id: said.id,
        name: short(said.name),
        description: short(said.description),
        category: text::clean_line(&said.category, 64),
        keywords: many(said.keywords),
        phrases: many(said.phrases),
        examples: many(said.examples),
        is_default: said.is_default,
        priority: said.priority,
        readme: text::clean(&said.readme, README),
        extra: all(said.extra),
    })
}
