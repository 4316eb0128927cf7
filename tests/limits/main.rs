//! What the worst documents cost: time in proportion to their length, and memory within what `awsquery`'s page on limits
//! says. `cargo test --release -p tests --test limits -- --nocapture` prints megabytes a second at 1 and 10 MB.

#[rustfmt::skip]
#[path = "../hostile/src/generated/mod.rs"]
mod generated;

mod prose;

pub use generated::*;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use awsquery::format::DEPTH_LIMIT;
use awsquery::http::{HeaderMap, Response, StatusCode};
use awsquery::server::QueryRequest;
use awsquery::{Operation, Service as _};
use bytes::Bytes;
use rds_client::credentials::Credentials;
use rds_client::http::from_fn;
use rds_client::{Client, DisplayErrorChain};
use rds_protocol::operations::{DescribeDBInstances, DescribeExportTasks};
use rds_protocol::types::DBInstance;
use tokio::runtime::Builder;

use crate::operations::{Everything, EverythingError};

/// Of an optimized build, the sizes in question; else a tenth of them.
const LARGE: usize = if cfg!(debug_assertions) { 1_000_000 } else { 10_000_000 };
const SMALL: usize = LARGE / 10;

/// How many times as long the tenfold may take: ten, with some room for a busy machine.
const RATIO: u32 = 20;

/// Memory that reading may take: the lists' share as documented, and the texts, each at most as long as the document. A
/// list that grows is twice in memory for a moment.
fn memory_limit(document: usize) -> u64 {
    (2 * ((16 << 20) + 4 * document) + document) as u64
}

/// A kind of document that would be slow or large if anything were.
struct Worst {
    name: &'static str,
    /// Makes one of about so many bytes.
    make: fn(usize) -> String,
    read: fn(&[u8]) -> bool,
    /// The length up to which it is read: its values take more memory than the limit in one four times as long. `usize::MAX` where
    /// any is read, 0 where none is.
    most: usize,
}

/// `before`, a unit as often as it fits, `after`.
fn repeated(before: &str, unit: &str, after: &str, size: usize) -> String {
    let times = size.saturating_sub(before.len() + after.len()) / unit.len();
    format!("{before}{}{after}", unit.repeat(times))
}

/// A unit for each number.
fn numbered(before: &str, unit: impl Fn(&mut String, usize), after: &str, size: usize) -> String {
    let mut document = String::with_capacity(size + 256);
    document.push_str(before);
    for number in 0.. {
        if document.len() + after.len() >= size {
            break;
        }
        unit(&mut document, number);
    }
    document + after
}

macro_rules! everything {
    ($content:expr) => {
        ("<R><EverythingResult>".to_owned() + $content, "</EverythingResult></R>")
    };
}

/// `Everything`'s answer with a unit repeated between two texts.
fn inside(before: &str, unit: &str, after: &str, size: usize) -> String {
    let (before, end) = everything!(before);
    repeated(&before, unit, &format!("{after}{end}"), size)
}

fn parse<O: Operation>(body: &[u8]) -> bool {
    O::parse_response(StatusCode::OK, &HeaderMap::new(), body).is_ok()
}

fn parse_error(body: &[u8]) -> bool {
    let result = Everything::parse_response(StatusCode::BAD_REQUEST, &HeaderMap::new(), body);
    matches!(result, Err(awsquery::Error::Service(error)) if error.code().is_some())
}

fn parse_form(body: &[u8]) -> bool {
    QueryRequest::parse(body).and_then(|form| form.read::<Everything>()).is_ok()
}

const fn read(name: &'static str, make: fn(usize) -> String) -> Worst {
    Worst { name, make, read: parse::<Everything>, most: usize::MAX }
}

const fn refused(name: &'static str, make: fn(usize) -> String) -> Worst {
    Worst { name, make, read: parse::<Everything>, most: 0 }
}

/// Elements that take several times their length in memory.
const fn read_up_to(name: &'static str, most: usize, make: fn(usize) -> String) -> Worst {
    Worst { name, make, read: parse::<Everything>, most }
}

const WORST: &[Worst] = &[
    read("unknown elements, empty", |size| inside("", "<a/>", "", size)),
    read("unknown elements with text", |size| inside("", "<abc>d</abc>", "", size)),
    read("nested unknown elements", |size| inside("", &("<a>".repeat(100) + &"</a>".repeat(100)), "", size)),
    read("nested structures", |size| {
        inside("<Tree>", &("<Left>".repeat(100) + &"</Left>".repeat(100)), "</Tree>", size)
    }),
    refused("nested without end", |size| inside("", "<a>", "", size)),
    read("an attribute a tag", |size| inside("", "<a b='c'/>", "", size)),
    read("200 attributes a tag", |size| {
        let attributes = (0..200).fold(String::new(), |mut text, number| {
            let _ = write!(text, " a{number:03}='v'");
            text
        });
        inside("", &format!("<a{attributes}/>"), "", size)
    }),
    read("attributes of structures", |size| {
        inside("<Tree><Children>", "<member xsi:label='&lt;&amp;'/>", "</Children></Tree>", size)
    }),
    refused("attributes without end", |size| {
        numbered("<R", |text, number| _ = write!(text, " a{number}='v'"), "/>", size)
    }),
    read("one huge attribute", |size| inside("<a b='", "&amp;", "'/>", size)),
    read("one huge text", |size| inside("<Type>", "text", "</Type>", size)),
    read("one huge text of brackets", |size| inside("<Type>", "]]", "</Type>", size)),
    read("one huge text of U+FFFD", |size| inside("<Type>", "\u{fffd}", "</Type>", size)),
    read("one huge text of carriage returns", |size| inside("<Type>", "\r", "</Type>", size)),
    read("references", |size| inside("<Type>", "&amp;", "</Type>", size)),
    read("references to characters", |size| inside("<Type>", "&#65;", "</Type>", size)),
    refused("a reference without end", |size| inside("<Type>&", "a", "</Type>", size)),
    refused("a reference that is not XML's", |size| inside("<Type>", "&", "</Type>", size)),
    read("comments", |size| inside("", "<!---->", "", size)),
    read("comments between texts", |size| inside("<Type>", "a<!---->", "</Type>", size)),
    read("one huge comment", |size| inside("<!--", "- ", "-->", size)),
    refused("a comment without end", |size| inside("<!--", "- ", "", size)),
    read("instructions", |size| inside("", "<?a?>", "", size)),
    read("one huge instruction", |size| inside("<?a ", "? ", "?>", size)),
    read("CDATA sections", |size| inside("<Type>", "<![CDATA[]]>", "</Type>", size)),
    read("one huge CDATA section", |size| inside("<Type><![CDATA[", "]] ", "]]></Type>", size)),
    read("white space", |size| inside("", " \n", "<Type/>", size)),
    read("white space between elements", |size| inside("", "\t\t\t\t\t\t\t\t<Type>a</Type>\n", "", size)),
    read("white space in tags", |size| inside("<Type", "\n", "></Type>", size)),
    read("elements of scalars, empty", |size| inside("<Times>", "<a/>", "</Times>", size)),
    read_up_to("elements of lists, empty", 2_000_000, |size| inside("<Matrix>", "<a/>", "</Matrix>", size)),
    read_up_to("elements of structures, empty", 250_000, |size| {
        inside("<Tree><Children>", "<a/>", "</Children></Tree>", size)
    }),
    read("many short lists", |size| inside("<Matrix>", "<member><item/></member>", "</Matrix>", size)),
    read("many lists of five", |size| {
        inside("<Matrix>", &format!("<member>{}</member>", "<item/>".repeat(5)), "</Matrix>", size)
    }),
    read("a long list inside a list", |size| {
        inside("<Matrix><member>", "<item>a</item>", "</member></Matrix>", size)
    }),
    read("a list inside a list whose end is far", |size| {
        let end = format!("<item>{}</item></member></Matrix>", "a".repeat(size / 2));
        inside("<Matrix><member>", "<item>a</item>", &end, size)
    }),
    refused("a list without end", |size| inside("<Matrix><member>", "<item>a</item>", "", size)),
    read("lists in pieces inside a list", |size| {
        let unit = "<member><Children><a/></Children><Children><a/><a/></Children></member>";
        inside("<Tree><Children>", unit, "</Children></Tree>", size)
    }),
    read("lists inside a map", |size| {
        let (before, after) = everything!("<Attributes>");
        let values = "<item>some value</item>".repeat(6);
        let entry = |text: &mut String, number: usize| {
            let _ = write!(text, "<e><Name>{number}</Name><Values>{values}</Values></e>");
        };
        numbered(&before, entry, &format!("</Attributes>{after}"), size)
    }),
    read("a list in many pieces", |size| inside("", "<Matrix><member/></Matrix>", "", size)),
    read("a flattened list", |size| inside("", "<F>a</F>", "", size)),
    read_up_to("a flattened list, empty elements", 2_000_000, |size| inside("", "<F/>", "", size)),
    read("a structure again and again", |size| {
        inside("", "<Tree><Children><a/></Children></Tree>", "", size)
    }),
    read("a map's keys, all equal", |size| {
        inside("<Attributes>", "<entry><Name>a</Name><Values><item/></Values></entry>", "</Attributes>", size)
    }),
    read("a map's keys, all different", |size| {
        let (before, after) = everything!("<Attributes>");
        let entry = |text: &mut String, number: usize| {
            let _ = write!(
                text,
                "<e><Name>{:08x}</Name><Values><i/></Values></e>",
                (number as u32).wrapping_mul(0x9e37_79b1)
            );
        };
        numbered(&before, entry, &format!("</Attributes>{after}"), size)
    }),
    read("a flattened map", |size| inside("", "<FlatMap><Name>a</Name><Values/></FlatMap>", "", size)),
    read("a huge name", |size| {
        let name = "n".repeat(size / 2);
        inside("", &format!("<{name}></{name}>"), "", size + 64)
    }),
    read("huge names", |size| {
        let name = "n".repeat(size / 200);
        inside("", &format!("<{name}></{name}>"), "", size)
    }),
    read("a huge prefix", |size| inside("<", "p", ":a/>", size)),
    refused("a number of many digits", |size| inside("<Single>", "9", "e</Single>", size)),
    refused("a timestamp of many digits", |size| inside("<When>1.", "9", "e</When>", size)),
    read("a blob in many lines", |size| inside("<Bytes>", "AP8\n", "</Bytes>", size)),
    refused("a document of another kind", |size| repeated("", "<", "", size)),
    Worst {
        name: "DB instances, empty",
        make: |size| {
            let (before, after) = (
                "<R><DescribeDBInstancesResult><DBInstances>",
                "</DBInstances></DescribeDBInstancesResult></R>",
            );
            repeated(before, "<a/>", after, size)
        },
        read: parse::<DescribeDBInstances>,
        most: 0,
    },
    Worst {
        name: "export tasks in any order",
        make: |size| {
            let task = "<ExportTask><Status>S</Status><x/><SourceArn>a</SourceArn><y/><S3Bucket>b</S3Bucket>\
                        <ExportOnly><member>a</member></ExportOnly></ExportTask>";
            let (before, after) = (
                "<R><DescribeExportTasksResult><ExportTasks>",
                "</ExportTasks></DescribeExportTasksResult></R>",
            );
            repeated(before, task, after, size)
        },
        read: parse::<DescribeExportTasks>,
        most: usize::MAX,
    },
    Worst {
        name: "an error's message",
        make: |size| {
            repeated(
                "<ErrorResponse><Error><Code>C</Code><Message>",
                "&lt;",
                "</Message></Error></ErrorResponse>",
                size,
            )
        },
        read: parse_error,
        most: usize::MAX,
    },
    Worst {
        name: "errors",
        make: |size| {
            repeated("<Response><Errors>", "<Error><Code>C</Code></Error>", "</Errors></Response>", size)
        },
        read: parse_error,
        most: usize::MAX,
    },
    Worst {
        name: "a form's list",
        make: |size| {
            let start = format!("Action=Everything&Version={}", HostileNames::API_VERSION);
            numbered(&start, |text, number| _ = write!(text, "&F.{}=a", number + 1), "", size)
        },
        read: parse_form,
        most: usize::MAX,
    },
    Worst {
        name: "a form's list of structures",
        make: |size| {
            let start = format!("Action=Everything&Version={}&Type=t", HostileNames::API_VERSION);
            let element = |text: &mut String, number: usize| {
                let _ = write!(text, "&Tree.Children.member.{}.Left.Left.Right.xsi%3Alabel=a", number + 1);
            };
            numbered(&start, element, "", size)
        },
        read: parse_form,
        most: 2_000_000,
    },
    Worst {
        name: "a form's keys, all unknown",
        make: |size| {
            let start = format!("Action=Everything&Version={}&Type=t", HostileNames::API_VERSION);
            numbered(&start, |text, number| _ = write!(text, "&a{number}="), "", size)
        },
        read: parse_form,
        most: 0,
    },
    Worst {
        name: "a form's value",
        make: |size| {
            let start = format!("Action=Everything&Version={}&Type=", HostileNames::API_VERSION);
            repeated(&start, "%20", "", size)
        },
        read: parse_form,
        most: usize::MAX,
    },
    Worst {
        name: "a form's depth",
        make: |size| {
            let start = format!("Action=Everything&Version={}&Tree", HostileNames::API_VERSION);
            repeated(&start, ".Left", ".xsi%3Alabel=a", size)
        },
        read: parse_form,
        most: 0,
    },
];

/// The least time of a few runs.
fn time(worst: &Worst, document: &[u8]) -> Duration {
    let run = || {
        let start = Instant::now();
        let is_read = (worst.read)(document);
        let time = start.elapsed();
        if document.len() <= worst.most || document.len() / 4 >= worst.most {
            assert_eq!(is_read, worst.most >= document.len(), "{}: {} bytes", worst.name, document.len());
        }
        time
    };
    (0..3).map(|_| run()).min().unwrap_or_default()
}

#[test]
fn time_is_in_proportion_to_length() {
    println!("{:48} {:>12} {:>12}", "MB a second, of", SMALL, LARGE);
    for worst in WORST {
        let (small, large) = ((worst.make)(SMALL), (worst.make)(LARGE));
        let mut times = (time(worst, small.as_bytes()), time(worst, large.as_bytes()));
        // Another program may have had the processor: only what is so again is so.
        for _ in 0..12 {
            if is_linear(times) {
                break;
            }
            times = (times.0.max(time(worst, small.as_bytes())), times.1.min(time(worst, large.as_bytes())));
        }
        let rate = |size: usize, time: Duration| size as f64 / 1e6 / time.as_secs_f64();
        println!("{:48} {:12.0} {:12.0}", worst.name, rate(small.len(), times.0), rate(large.len(), times.1));
        assert!(is_linear(times), "{}: {times:?}", worst.name);
    }
}

/// Whether the tenfold takes not much more than ten times as long; what is refused at once takes no time to speak of.
fn is_linear((small, large): (Duration, Duration)) -> bool {
    large <= small.max(Duration::from_micros(200)) * RATIO
}

#[test]
fn memory_is_within_its_limit() {
    for worst in WORST {
        for size in [SMALL / 10, SMALL] {
            let document = (worst.make)(size);
            let most = measure(|| _ = (worst.read)(document.as_bytes())).bytes_max;
            let limit = memory_limit(document.len());
            println!("{:48} {size:8} {most:12} of {limit:12}", worst.name);
            assert!(most <= limit, "{}: {most} of {limit} bytes", worst.name);
        }
    }
}

/// The most memory of a call, as `Builder::response_limit` documents it: 256 MiB with the default limit.
const fn call_limit(response: usize) -> u64 {
    ((32 << 20) + 14 * response) as u64
}

#[test]
fn a_call_with_default_settings_takes_no_more_memory_than_documented() {
    let size = if cfg!(debug_assertions) { 2 << 20 } else { 16 << 20 };
    let limit = call_limit(size);
    let instances =
        ("<R><DescribeDBInstancesResult><DBInstances>", "</DBInstances></DescribeDBInstancesResult></R>");
    let message = ("<ErrorResponse><Error><Code>C</Code><Message>", "</Message></Error></ErrorResponse>");
    for (name, status, (before, after), unit) in [
        ("empty elements", 200, instances, "<a/>"),
        ("members of one byte", 200, instances, "<DBInstance><Engine>a</Engine></DBInstance>"),
        ("an error's message", 400, message, "&lt;%25&amp;amp;"),
        ("an error without an envelope", 400, ("", ""), "<%25&amp;amp;"),
        ("a success that is an error", 200, message, "&lt;"),
        ("an error that is all secrets", 400, ("", ""), "a token"),
        ("a message that is all secrets", 400, message, "a token%2525252525a token"),
    ] {
        let document = Bytes::from(repeated(before, unit, after, size));
        let http = from_fn(move |_, _| {
            let mut response = Response::new(Bytes::from(document.to_vec()));
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            async { Ok(response) }
        });
        let credentials = Credentials::new("AKIDEXAMPLE", "a secret & more").with_session_token("a token");
        let client = Client::builder().region("eu-west-1").credentials(credentials).http_client(http);
        let client = client.build().expect("a client");
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        let call = || {
            let ended = runtime.block_on(client.send(DescribeDBInstances::default()));
            let shown = ended
                .map_or_else(|error| format!("{} {error:?}", DisplayErrorChain(&error)), |_| String::new());
            assert!(shown.len() < 16 * 1024, "{}", shown.len());
        };
        let most = measure(call).bytes_max;
        println!("{name:48} {size:8} {most:12} of {limit:12}");
        assert!(most <= limit, "{name}: {most} of {limit} bytes");
    }
}

/// Real answers are far below the limit, those of emulators with a few members of each instance too.
#[test]
fn what_services_answer_is_read() {
    let instance = "<DBInstance><DBInstanceIdentifier>a</DBInstanceIdentifier></DBInstance>";
    let answer = |times: usize| {
        let (before, after) =
            ("<R><DescribeDBInstancesResult><DBInstances>", "</DBInstances></DescribeDBInstancesResult></R>");
        parse::<DescribeDBInstances>(format!("{before}{}{after}", instance.repeat(times)).as_bytes())
    };
    assert!(answer(100) && answer(3_000));
    let task = "<ExportTask><ExportTaskIdentifier>a</ExportTaskIdentifier></ExportTask>";
    let (before, after) =
        ("<R><DescribeExportTasksResult><ExportTasks>", "</ExportTasks></DescribeExportTasksResult></R>");
    assert!(parse::<DescribeExportTasks>(format!("{before}{}{after}", task.repeat(10_000)).as_bytes()));
}

#[test]
fn lists_may_not_take_far_more_memory_than_the_document() {
    let tasks = "<R><DescribeDBInstancesResult><DBInstances>".to_owned() + &"<a/>".repeat(100_000);
    let error = DescribeDBInstances::parse_response(StatusCode::OK, &HeaderMap::new(), tasks.as_bytes());
    let error = error.expect_err("too many").to_string();
    assert!(error.contains("expected lists and structures that take at most"), "{error}");
}

/// A structure that is large and may be inside itself.
struct Large {
    instance: Option<DBInstance>,
    next: Option<Box<Large>>,
    all: Option<Vec<Large>>,
    named: Option<BTreeMap<String, Large>>,
}

awsquery::structure!(Large {
    0: instance = "Instance",
    1: next = "Next",
    2: all = "All".list("member"),
    3: named = "Named".map("key", "value"),
});

struct DescribeLarge {
    all: Option<Vec<Large>>,
}

awsquery::structure!(DescribeLarge { 0: all = "All".list("member") });

impl Operation for DescribeLarge {
    type Service = HostileNames;
    type Output = Large;
    type Error = EverythingError;

    const NAME: &'static str = "DescribeLarge";
    const RESULT_WRAPPER: Option<&'static str> = Some("DescribeLargeResult");
}

#[test]
fn structures_inside_their_own_kind_count_as_the_elements_of_lists_do() {
    let all = |depth: usize, times: usize| {
        let nested = format!("<member>{}{}</member>", "<Next>".repeat(depth), "</Next>".repeat(depth));
        let all = format!("<All>{}</All>", nested.repeat(times));
        let document = format!("<R><DescribeLargeResult>{all}</DescribeLargeResult></R>");
        DescribeLarge::parse_response(StatusCode::OK, &HeaderMap::new(), document.as_bytes())
    };
    assert!(all(100, 20).is_ok());
    let error = all(100, 200).map(drop).expect_err("too many").to_string();
    assert!(error.contains("expected lists and structures that take at most"), "{error}");
}

#[test]
fn forms_may_not_take_far_more_memory_than_they_are_long_either() {
    let element = |number: usize, keys: &[&str]| -> String {
        keys.iter().map(|key| format!("&All.member.{number}.{key}")).collect()
    };
    for keys in
        [&["Next.Next="][..], &["All.member.1="], &["Named.entry.1.key=a", "Named.entry.1.value.Next="]]
    {
        let form = |times: usize| {
            let elements: String = (1..=times).map(|number| element(number, keys)).collect();
            format!("Action=DescribeLarge&Version={}{elements}", HostileNames::API_VERSION)
        };
        let read = |form: &str| {
            let request = QueryRequest::parse(form.as_bytes())?;
            request.read::<DescribeLarge>().map(drop)
        };
        let error = read(&form(10)).expect_err("nothing is said of the innermost").to_string();
        assert!(error.ends_with(": the operation has no such parameter"), "{error}");
        let form = form(30_000);
        let mut error = String::new();
        let most = measure(|| error = read(&form).expect_err("too many").to_string()).bytes_max;
        assert!(error.contains("expected lists and structures that take at most"), "{keys:?}: {error}");
        assert!(most <= memory_limit(form.len()), "{keys:?}: {most} of {} bytes", memory_limit(form.len()));
    }
}

#[test]
fn elements_nest_up_to_a_limit() {
    // The root and the result are two of them.
    let nested = |depth: usize| {
        let tags = |start: &str| format!("{start}a>").repeat(depth - 2);
        format!("<R><EverythingResult>{}{}</EverythingResult></R>", tags("<"), tags("</"))
    };
    assert!(parse::<Everything>(nested(DEPTH_LIMIT).as_bytes()));
    assert!(!parse::<Everything>(nested(DEPTH_LIMIT + 1).as_bytes()));
}

#[test]
fn a_tag_has_attributes_up_to_a_limit() {
    let with = |count: usize| {
        let attributes: String = (0..count).map(|number| format!(" a{number}=''")).collect();
        format!("<R{attributes}><EverythingResult/></R>")
    };
    assert!(parse::<Everything>(with(256).as_bytes()));
    assert!(!parse::<Everything>(with(257).as_bytes()));
}

#[test]
fn no_document_type_definition_and_no_entity_but_those_of_xml() {
    let answer = "<EverythingResult><Type>a</Type></EverythingResult>";
    assert!(parse::<Everything>(format!("<R>{answer}</R>").as_bytes()));
    for definition in [
        "<!DOCTYPE R>",
        "<!DOCTYPE R SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE R PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'x.dtd'>",
        "<!DOCTYPE R [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE R [<!ENTITY % e SYSTEM 'x.dtd'> %e;]>",
        "<!ELEMENT R ANY>",
        "<!ENTITY e 'e'>",
        "<!ATTLIST R a CDATA 'a'>",
        "<!doctype R>",
        "<!>",
    ] {
        for document in [
            format!("{definition}<R>{answer}</R>"),
            format!("<?xml version='1.0' standalone='no'?>\n<!-- c -->{definition}<R>{answer}</R>"),
            format!("<R>{definition}{answer}</R>"),
            format!("<R>{answer}</R>{definition}"),
        ] {
            assert!(!parse::<Everything>(document.as_bytes()), "{document}");
        }
    }
    for entity in ["&e;", "&xxe;", "&nbsp;", "%e;&e;", "&#0;", "&#xD800;", "&#x110000;"] {
        let document = format!("<R><EverythingResult><Type>{entity}</Type></EverythingResult></R>");
        assert!(!parse::<Everything>(document.as_bytes()), "{document}");
    }
}

/// What the readers of XML once differed in: each document is read by both.
#[test]
fn siblings_decide_nothing_about_one_another() {
    let everything = |inside: &str| format!("<R><EverythingResult>{inside}</EverythingResult></R>");
    let attributes = "<member><Left><Left xsi:label='v'></Left></Left><Right><Left></Left></Right></member>";
    let skipped = "<Left></Left><Zz><Zz></Zz></Zz>";
    let deep = |levels| {
        let (open, close) = ("<Left>".repeat(levels), "</Left>".repeat(levels));
        format!("<Tree><Left>{skipped}</Left>{open}{skipped}{close}</Tree>")
    };
    for document in [
        everything(&format!("<Tree><Children>{}</Children></Tree>", attributes.repeat(4))),
        everything(&deep(10)),
        everything(&deep(123)),
        everything(&deep(124)),
        everything(&deep(125)),
    ] {
        tests::readers::agree::<Everything>(StatusCode::OK, document.as_bytes());
    }
}
