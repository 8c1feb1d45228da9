use estate::model::Kind;
use estate::model::service::Service;
use estate::openslo::documents;
use estate::suggest;

use crate::cli::completions::record_ids;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};

/// Write the availability that services promise as OpenSLO documents
///
/// One document of kind SLO (openslo/v1) for each level, with a window by the calendar, in UTC. Times to
/// own and to resolve, levels in business hours, exclusions and penalties have no place in OpenSLO: such
/// levels are left out and named.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate export openslo -o slos.yaml
  estate export openslo web-shop mail
  estate import openslo slos.yaml -n        the way back")]
pub struct Args {
    /// The services [default: all in use]
    #[arg(value_name = "SERVICE", add = record_ids())]
    services: Vec<String>,
}

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let snapshot = context.snapshot(&context.store()?)?;
    let named = |id: &String| {
        snapshot.service(id.strip_prefix("service/").unwrap_or(id)).ok_or_else(|| {
            Failure::nothing(format!("there is no service `{id}`"))
                .hint_if(suggest::did_you_mean(id, snapshot.ids(Kind::Service)))
        })
    };
    let services: Vec<Service<'_>> = match args.services.is_empty() {
        true => snapshot.services().filter(|service| !service.is_retired()).collect(),
        false => args.services.iter().map(named).collect::<Result<_, _>>()?,
    };
    let (mut written, mut left_out) = (Vec::new(), Vec::new());
    for service in services {
        let (documents, others) = documents(service);
        written.extend(documents);
        left_out.extend(others.into_iter().map(|level| format!("{} of {}", level, service.id())));
    }
    if !left_out.is_empty() {
        context.say(&format!("not availability by the calendar, so left out: {}", left_out.join(", ")));
    }
    if written.is_empty() {
        return Err(Failure::nothing("there is no level that OpenSLO can carry").into());
    }
    context.answer(&written.join("---\n"))?;
    Ok(Exit::Done)
}
