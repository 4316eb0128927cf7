//! The allocations of ours and its peers: JSON on standard output. The allocator counts, so nothing is timed here.
//!
//! A reallocation counts as an allocation and a free, and its old and new block as being there together.

use bench::{Result, plans};
use serde_json::{Map, Value as Json, json};

fn main() -> Result<()> {
    let mut measured = Map::new();
    for plan in plans() {
        let mut case = plan.make(None)?;
        let mut contestants = Map::<String, Json>::new();
        for contestant in &mut case.contestants {
            // What is made once, such as a table behind a lock, is made now.
            contestant.keep();
            contestant.free();
            let mut kept = false;
            let info = allocation_counter::measure(|| kept = contestant.keep());
            contestant.free();
            if kept {
                let figures = json!({
                    "allocations": info.count_total,
                    "peak_bytes": info.bytes_max,
                    "result_bytes": info.bytes_current,
                });
                contestants.insert(contestant.name().into(), figures);
            }
        }
        measured.insert(plan.name, contestants.into());
    }
    println!("{}", Json::from(measured));
    Ok(())
}
