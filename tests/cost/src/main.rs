//! The program behind `cargo xtask cost`: reads one response, or writes one request, as often as it is told, for
//! valgrind to count what that takes.
//!
//! ```text
//! cost bytes WORK          how many bytes the work reads or writes
//! cost repeat WORK TIMES   WORK is compact, reordered, shuffled, pretty or request
//! ```

mod export_tasks;

use std::error::Error;
use std::hint::black_box;

use rds_protocol::Operation as _;
use rds_protocol::awsquery::http::{HeaderMap, StatusCode};
use rds_protocol::operations::DescribeExportTasks;
use rds_protocol::types::Filter;

use crate::export_tasks::Style;

/// The tasks of a response; the figures are of one.
const TASKS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["bytes", work] => println!("{}", Work::of(work)?.bytes()?),
        ["repeat", work, times] => {
            let work = Work::of(work)?;
            for _ in 0..times.parse()? {
                work.once()?;
            }
        }
        _ => return Err("expected: bytes WORK, or repeat WORK TIMES".into()),
    }
    Ok(())
}

enum Work {
    Read(String),
    Write(DescribeExportTasks),
}

impl Work {
    fn of(name: &str) -> Result<Self, Box<dyn Error>> {
        let style = match name {
            "compact" => Style::Compact,
            "reordered" => Style::Reordered,
            "shuffled" => Style::Shuffled,
            "pretty" => Style::Pretty,
            "request" => return Ok(Self::Write(request())),
            other => return Err(format!("no work {other:?}").into()),
        };
        Ok(Self::Read(export_tasks::response(TASKS, style)))
    }

    fn once(&self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Read(body) => {
                let body = black_box(body).as_bytes();
                black_box(DescribeExportTasks::parse_response(StatusCode::OK, &HeaderMap::new(), body)?);
            }
            Self::Write(request) => {
                black_box(black_box(request).to_body()?);
            }
        }
        Ok(())
    }

    fn bytes(&self) -> Result<usize, Box<dyn Error>> {
        match self {
            Self::Read(body) => Ok(body.len()),
            Self::Write(request) => Ok(request.to_body()?.len()),
        }
    }
}

fn request() -> DescribeExportTasks {
    let filters = export_tasks::FILTERS.iter();
    DescribeExportTasks::default()
        .filters(filters.map(|(name, values)| Filter::new(*name, values.iter().copied())))
}
