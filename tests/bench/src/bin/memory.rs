//! The allocations of ours and its peers: JSON on standard output. The allocator counts, so nothing is timed here.
//!
//! A reallocation counts as an allocation and a free, and its old and new block as being there together.

use bench::{Case, Result, names};
use serde_json::{Map, Value as Json, json};

fn main() -> Result<()> {
    let mut measured = Map::new();
    for name in names() {
        let mut case = Case::new(&name, None)?;
        let mut figures = json!({ "": { "bytes": case.text.len(), "items": case.items } });
        for contestant in &mut case.contestants {
            let Some(keep) = &mut contestant.keep else { continue };
            // Made once, such as a table behind a lock: that is made now.
            keep(true);
            keep(false);
            let info = allocation_counter::measure(|| keep(true));
            keep(false);
            let (peak, result) = (info.bytes_max, info.bytes_current);
            figures[contestant.name] =
                json!({ "allocations": info.count_total, "peak_bytes": peak, "result_bytes": result });
        }
        measured.insert(name, figures);
    }
    println!("{}", Json::from(measured));
    Ok(())
}
