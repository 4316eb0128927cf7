//! The picture in the README: bars, in SVG, for a bright page and for a dark one.

use std::fmt::Write as _;

use super::figures::{BOTO3, Figures, OURS, SCAN, SDK, SERDE};

const WIDTH: f64 = 720.0;
/// Where bars begin, and the longest one ends: names stand before, numbers behind.
const BARS: (f64, f64) = (150.0, 600.0);
const LINE: f64 = 26.0;

/// One bar.
struct Bar {
    name: &'static str,
    value: f64,
    shown: String,
}

/// The speed of reading 20 tasks and the time of a clean build.
pub(super) fn svg(figures: &Figures) -> String {
    let mut drawing = Drawing { text: String::new(), y: 0.0 };
    drawing.chart("Reading 20 export tasks, times as fast as aws-sdk-rds", &speeds(figures));
    let builds = builds(figures);
    if !builds.is_empty() {
        drawing.chart("A user's clean release build, in seconds", &builds);
    }
    let (height, body) = (drawing.y + 10.0, drawing.text);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-label=\"Speed and build time of rds-protocol and its peers\">\n\
         <style>\n\
         text {{ font: 14px system-ui, sans-serif; fill: #1f2328; }}\n\
         .title {{ font-weight: 600; }}\n\
         rect {{ fill: #8c959f; }}\n\
         .ours {{ fill: #0969da; }}\n\
         @media (prefers-color-scheme: dark) {{\n  \
           text {{ fill: #e6edf3; }}\n  \
           rect {{ fill: #6e7681; }}\n  \
           .ours {{ fill: #4493f8; }}\n\
         }}\n\
         </style>\n{body}</svg>\n"
    )
}

fn speeds(figures: &Figures) -> Vec<Bar> {
    const CASE: &str = "export-tasks/20/compact";

    let Some(sdk) = figures.times(CASE, SDK) else { return Vec::new() };
    let mut bars: Vec<_> = [OURS, SCAN, SERDE, SDK, BOTO3]
        .into_iter()
        .filter_map(|name| {
            let value = sdk / figures.times(CASE, name)?;
            let digits = if value < 0.95 { 2 } else { 1 };
            Some(Bar { name, value, shown: format!("{value:.digits$}×") })
        })
        .collect();
    bars.sort_by(|one, other| other.value.total_cmp(&one.value));
    bars
}

fn builds(figures: &Figures) -> Vec<Bar> {
    let Some(build) = &figures.build else { return Vec::new() };
    let sides = [(OURS, "ours"), (SDK, "aws_sdk_rds")].into_iter();
    sides
        .filter_map(|(name, side)| {
            let value = build[side]["clean_release_s"].as_f64()?;
            Some(Bar { name, value, shown: format!("{value:.1} s") })
        })
        .collect()
}

struct Drawing {
    text: String,
    /// Where the next line begins.
    y: f64,
}

impl Drawing {
    fn chart(&mut self, title: &str, bars: &[Bar]) {
        self.y += 10.0;
        self.line("title", 10.0, "start", title);
        let longest = bars.iter().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
        for bar in bars {
            let (left, right) = BARS;
            // A bar that is nothing could not be seen.
            let length = (bar.value / longest * (right - left)).max(2.0);
            let class = if bar.name == OURS { "ours" } else { "peer" };
            let _ = writeln!(
                self.text,
                "<rect class=\"{class}\" x=\"{left}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"18\" rx=\"2\"/>",
                self.y + 4.0
            );
            let _ = writeln!(
                self.text,
                "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                left + length + 8.0,
                self.y + 18.0,
                bar.shown
            );
            self.line("name", left - 10.0, "end", bar.name);
        }
    }

    /// Writes text, and goes on below it.
    fn line(&mut self, class: &str, x: f64, anchor: &str, text: &str) {
        let y = self.y + 18.0;
        let _ = writeln!(
            self.text,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        );
        self.y += LINE;
    }
}
