//! `codegraph flows`

use std::fmt::Write as _;
use std::path::PathBuf;

use codegraph_cpg::flows::{Budget, Endpoint, Found, Guard, Pattern, Spec};
use codegraph_cpg::store::{GraphStore, Interrupt, Patience, Place};
use codegraph_cpg::{NodeId, flows};
use codegraph_jobs::Cancel;
use codegraph_server::projects::{self, Held, NoGraph};
use serde_json::{Value, json};

use super::app::App;
use super::interrupt::cancel_on_interrupt;
use super::output::Output;
use super::{Ended, Format, Interrupted};

/// A search ends by its steps; this is for machines that stand still.
const MILLISECONDS: u32 = 3_600_000;
/// Characters of code that a line shows.
const CODE: usize = 100;

/// Searches for ways of values from one place of the code to another
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Places are full names, in which * stands for any text, and a position of their calls:
  os.system(0)             an argument, from 0        f(key=)   one by keyword     f(*)  any
  f(self)                  what a call is made on     f()       its result
  flask.request.*          reads of a member or of a module's variable
  @shop.views.*            parameters of functions of the project      @f(0), @f(name=)  one of them
  @{flask.*.route}         parameters of functions that it decorates   @{urls.path(1)}  that are given to it

Examples:
  codegraph flows --from 'flask.request.*' --to 'os.system(0)' --to 'subprocess.*(0)'
  codegraph flows --from 'os.environ' --to 'builtins.open(0)' --without os.path.basename
  codegraph flows --from '@*' --to '*.execute(0)' --guard 'shop.checks.is_safe(0)' --format json

Exit code 1 says that no way was found. Where the search ended by its steps, the answer says so.")]
pub(crate) struct Arguments {
    /// Where values come from; may be given more than once
    #[arg(long, value_name = "PLACE", required = true)]
    from: Vec<String>,
    /// Where they are looked for: arguments or receivers of calls; may be given more than once
    #[arg(long, value_name = "PLACE", required = true)]
    to: Vec<String>,
    /// Functions that give back harmless values
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
    /// Calls that are true where their argument is harmless: 'valid(0)'
    #[arg(long, value_name = "CALL")]
    guard: Vec<String>,
    /// The project; without it, the one that was imported last
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// Steps that the search may take
    #[arg(long, default_value_t = Budget::default().steps, value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    steps: u64,
    /// Ways that are shown
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    most: u32,
    /// How they are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Arguments {
    fn spec(&self) -> Result<Spec, flows::SpecError> {
        let ends = |places: &[String]| -> Result<Vec<Endpoint>, flows::SpecError> {
            let end = |place: &String| {
                Ok(Endpoint {
                    what: place.parse()?,
                    label: place.clone(),
                })
            };
            places.iter().map(end).collect()
        };
        let guards = self.guard.iter().map(|call| Guard::new(call, true));
        let spec = Spec {
            sources: ends(&self.from)?,
            sinks: ends(&self.to)?,
            sanitizers: self.without.iter().map(Pattern::new).collect(),
            propagators: Vec::new(),
            guards: guards.collect::<Result<_, _>>()?,
        };
        spec.check()?;
        Ok(spec)
    }
}

pub(crate) async fn run(app: &App, arguments: Arguments, mut out: Output) -> anyhow::Result<Ended> {
    let spec = arguments.spec()?;
    let budget = Budget {
        steps: arguments.steps,
        flows: arguments.most as usize,
    };
    let db = app.existing_db().await?.ok_or(NoGraph::NoProject)?;
    let holder = format!("flows, process {}", std::process::id());
    let held = projects::hold(
        &db,
        &app.data(),
        arguments.project.as_deref(),
        &holder,
        app.clock.now(),
    )
    .await?;
    let (graphs, path) = (app.graphs()?, held.path.clone());
    let cancel = cancel_on_interrupt();
    let found = search(graphs, path, spec, budget, &cancel).await;
    projects::release(&db, held.lease, app.clock.now()).await?;
    db.close().await;
    if cancel.is_cancelled() {
        return Err(Interrupted.into());
    }
    let answer = found?;
    match arguments.format {
        Format::Json => out.json(&answer.json(&held))?,
        Format::Text => out.text(&answer.text(&held))?,
    }
    Ok(if answer.found.flows.is_empty() {
        Ended::NotFound
    } else {
        Ended::Well
    })
}

/// What was found, and where its steps stand.
struct Answer {
    found: std::sync::Arc<Found>,
    places: Vec<Vec<Place>>,
}

async fn search(
    graphs: GraphStore,
    path: PathBuf,
    spec: Spec,
    budget: Budget,
    cancel: &Cancel,
) -> anyhow::Result<Answer> {
    let interrupt = Interrupt::default();
    let patience = Patience {
        milliseconds: MILLISECONDS,
        interrupt: interrupt.clone(),
    };
    let work = tokio::task::spawn_blocking(move || -> anyhow::Result<Answer> {
        let graph = graphs.open(&path)?;
        let found = graph.flows(&spec, budget, &patience)?;
        let nodes = found.flows.iter().flat_map(|flow| &flow.steps);
        let places = graph.places(nodes.map(|step| step.node))?;
        let place = |node: NodeId| places.get(&node).cloned().unwrap_or_default();
        let places = found.flows.iter().map(|flow| {
            let steps = flow.steps.iter();
            steps.map(|step| place(step.node)).collect()
        });
        Ok(Answer {
            places: places.collect(),
            found,
        })
    });
    tokio::select! {
        answer = work => answer?,
        () = cancel.cancelled() => {
            interrupt.stop();
            Err(Interrupted.into())
        }
    }
}

impl Answer {
    fn json(&self, held: &Held) -> Value {
        let flows = self.found.flows.iter().zip(&self.places);
        let flows: Vec<Value> = flows
            .map(|(flow, places)| {
                let steps = flow.steps.iter().zip(places);
                let steps: Vec<Value> = steps
                    .map(|(step, place)| {
                        json!({
                            "kind": step.kind.text(), "path": place.path, "line": place.line,
                            "code": place.code, "node": step.node.0,
                        })
                    })
                    .collect();
                json!({
                    "source": flow.source, "sink": flow.sink,
                    "confidence": (f64::from(flow.confidence) * 1e3).round() / 1e3, "steps": steps,
                })
            })
            .collect();
        json!({
            "project": held.project.name, "revision_id": held.revision.id,
            "indexed_commit": held.revision.indexed_commit, "indexed_at": held.revision.indexed_at,
            "analysis_gaps": held.revision.gaps,
            "flows": flows, "total": self.found.flows.len() + self.found.more,
            "steps": self.found.steps, "cut": self.found.cut,
        })
    }

    fn text(&self, held: &Held) -> String {
        let found = &self.found;
        let mut page = String::new();
        for ((flow, places), number) in found.flows.iter().zip(&self.places).zip(1..) {
            let _ = writeln!(
                page,
                "{number}. {} -> {} (certainty {:.2})",
                flow.source, flow.sink, flow.confidence
            );
            let at: Vec<String> = places
                .iter()
                .map(|place| format!("{}:{}", place.path, place.line))
                .collect();
            let width = at.iter().map(String::len).max().unwrap_or(0);
            for ((step, place), at) in flow.steps.iter().zip(places).zip(at) {
                let code: String = place
                    .code
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .chars()
                    .take(CODE)
                    .collect();
                let _ = writeln!(page, "     {:<10} {at:<width$}  {code}", step.kind.text());
            }
            page.push('\n');
        }
        if found.flows.is_empty() {
            page.push_str("no way was found\n");
        }
        if found.more > 0 {
            let _ = writeln!(page, "{} more: show them with --most", found.more);
        }
        if found.cut {
            let _ = writeln!(
                page,
                "the search ended after {} steps, there may be other ways: raise --steps",
                found.steps
            );
        }
        let _ = writeln!(
            page,
            "{}, indexed {}, {} gaps in the analysis",
            held.project.name,
            held.revision.indexed_at.strftime("%Y-%m-%d %H:%M UTC"),
            held.revision.gaps
        );
        page
    }
}
