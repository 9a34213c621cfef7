//! The domain of a published graph.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use codegraph_model::Domain;

use super::published::Published;
use super::steps::{DOMAIN, Steps};
use crate::import::ImportContext;

/// Makes the domain pack and puts it beside the graph; without a name it has the project's.
pub(super) async fn set_up(
    context: &ImportContext,
    published: &Published,
    name: Option<&str>,
    steps: &Steps,
) -> Result<Domain, String> {
    steps.start(DOMAIN, "Setting up the domain...");
    let graphs = context.graphs.clone();
    let (repository, revision) = (published.repository, published.revision);
    let path = context.data.graph(repository, revision);
    let place = context.data.domain(repository, revision);
    let name = name.unwrap_or(published.project.as_str()).to_owned();
    let made = tokio::task::spawn_blocking(move || {
        let graph = graphs.open(&path).map_err(|error| error.to_string())?;
        let domain = graph.domain(&name).map_err(|error| error.to_string())?;
        put(&domain, &place).map_err(|error| error.to_string())?;
        Ok(domain)
    })
    .await
    .map_err(|error| error.to_string())
    .flatten();
    let domain = made.map_err(|error: String| {
        tracing::error!(%error, "a domain could not be made");
        "the domain could not be made; the server's log has the reason".to_owned()
    })?;
    let message = format!(
        "{} entry points, {} subsystems, {} words",
        domain.entry_points.len(),
        domain.subsystems.len(),
        domain.vocabulary.len()
    );
    steps.complete(DOMAIN, &message);
    Ok(domain)
}

/// The name of its file, as clients know it.
pub(super) fn plugin_path(domain: &Domain) -> String {
    format!("{}.domain.json", domain.id)
}

/// Writes beside its place and renames: nobody reads half of it.
fn put(domain: &Domain, place: &Path) -> std::io::Result<()> {
    let above = place.parent().unwrap_or(place);
    // A sweep takes what a killed process leaves under such a name.
    let mut file = tempfile::Builder::new()
        .suffix(".part")
        .tempfile_in(above)?;
    file.write_all(&serde_json::to_vec_pretty(domain)?)?;
    file.as_file().sync_all()?;
    file.persist(place)?;
    File::open(above)?.sync_all()
}
