use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Caller, ScenariosRead};
use crate::error::{ApiError, ApiResult};

/// What clients know an importer by.
#[derive(Debug, Deserialize)]
struct Known {
    command: String,
    flag: String,
}

static KNOWN: LazyLock<BTreeMap<String, Known>> =
    LazyLock::new(|| toml::from_str(include_str!("joern.toml")).unwrap_or_default());

/// A language that can be imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct LanguageView {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// File name endings with their dot.
    extensions: Vec<String>,
    /// What clients know its importer by.
    joern_command: String,
    /// What clients know its importer by.
    joern_flag: String,
    /// The plugin that imports it.
    plugin: String,
}

/// Languages that can be imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct LanguagesView {
    /// By id.
    languages: Vec<LanguageView>,
}

/// Lists the languages that can be imported: those of the importers that are installed.
#[utoipa::path(get, path = "/import/languages", tag = "import", responses((status = 200, body = LanguagesView), ApiError))]
pub async fn list_languages(caller: Caller<ScenariosRead>) -> ApiResult<Json<LanguagesView>> {
    let plugins = caller.state().plugins().await?;
    let mut languages: Vec<LanguageView> = plugins
        .languages()
        .into_iter()
        .map(|language| {
            let known = KNOWN.get(&language.id);
            LanguageView {
                joern_command: known.map_or_else(
                    || format!("{}2cpg", language.id),
                    |known| known.command.clone(),
                ),
                joern_flag: known
                    .map_or_else(|| language.id.to_uppercase(), |known| known.flag.clone()),
                id: language.id,
                name: language.name,
                extensions: language.extensions,
                plugin: language.plugin,
            }
        })
        .collect();
    languages.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Json(LanguagesView { languages }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        assert_eq!(KNOWN.len(), 10);
        assert!(
            KNOWN
                .values()
                .all(|known| !known.command.is_empty() && !known.flag.is_empty())
        );
    }
}
