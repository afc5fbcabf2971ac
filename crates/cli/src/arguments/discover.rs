//! Arguments of `discover`.

use std::path::PathBuf;

use clap::Args;
use workbench::DiscoveryPick;

/// Arguments of `discover`.
#[derive(Args)]
pub struct DiscoverArguments {
    /// Folders or files to look in [default: the known places of your home folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The product that takes over what is chosen; it is made where there is none
    #[arg(long, value_name = "PRODUCT", requires = "chosen")]
    pub into: Option<String>,
    /// What people call a product that is made
    #[arg(long, requires = "into")]
    pub name: Option<String>,
    /// Choose one, by the id that the list has; as a part of another database or environment than proposed
    #[arg(long = "pick", value_name = "ID[=DATABASE][@ENV]", value_parser = pick, group = "chosen", requires = "into")]
    pub picks: Vec<DiscoveryPick>,
    /// Choose all that is new
    #[arg(long, group = "chosen", requires = "into")]
    pub all: bool,
    /// Only say what would be
    #[arg(long, requires = "into")]
    pub dry_run: bool,
}

fn pick(text: &str) -> Result<DiscoveryPick, &'static str> {
    let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (rest, environment) = text
        .split_once('@')
        .map_or((text, None), |(rest, slug)| (rest, part(slug)));
    let (id, database) = rest
        .split_once('=')
        .map_or((rest, None), |(id, tag)| (id, part(tag)));
    if id.is_empty() {
        return Err("write ID, ID=DATABASE, ID@ENV or ID=DATABASE@ENV");
    }
    Ok(DiscoveryPick {
        id: id.to_owned(),
        database,
        environment,
    })
}
