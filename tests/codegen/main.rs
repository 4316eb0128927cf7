//! The generator: snapshots of the IR, of its complaints and of a module; freshness of all that is checked in.

mod endpoints;
mod paths;

use std::fs;

use awsquery_codegen::{
    Diagnostics, Files, Input, LINE_LIMIT, OutputNames, Overlay, Selection, Services, generate, ir,
    strip_prose,
};
use proptest::prelude::*;

fn fixture(name: &str) -> Vec<u8> {
    fs::read(tests::folder().join("codegen/fixtures").join(name)).expect("a fixture")
}

/// The small service, with a paginator.
fn library() -> Input {
    Input {
        id: "library".into(),
        files: Files {
            service: fixture("small/service-2.json"),
            paginators: Some(fixture("small/paginators-1.json")),
            ..Files::default()
        },
        command: "cargo xtask codegen".into(),
        ..Input::default()
    }
}

/// What a run of a broken model says.
fn complaints(input: &Input) -> String {
    generate(input).map(|_| ()).expect_err("a broken model").to_string()
}

#[test]
fn the_ir_of_a_small_service() {
    insta::assert_debug_snapshot!(generate(&library()).expect("a sound model").ir);
}

#[test]
fn a_generated_module() {
    let generation = generate(&library()).expect("a sound model");
    let text = |path: &str| {
        generation
            .files
            .iter()
            .find(|file| file.path == path)
            .map(|file| file.text.clone())
            .expect("a module")
    };
    insta::assert_snapshot!("operation_module", text("operations/lend_book.rs"));
    insta::assert_snapshot!("paginated_module", text("operations/describe_books.rs"));
    insta::assert_snapshot!("structure_module", text("types/book.rs"));
}

#[test]
fn only_what_the_named_operations_reach_is_emitted() {
    let input = Input { selection: Selection::Named(vec!["CloseLibrary".into()]), ..library() };
    let generation = generate(&input).expect("a sound model");
    assert!(generation.ir.structures.is_empty() && generation.ir.enums.is_empty());
    assert_eq!(generation.ir.errors.len(), 1, "the service's errors can answer any call");
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_its_path() {
    let input = Input {
        id: "wrong".into(),
        files: Files { service: fixture("wrong/service-2.json"), ..Files::default() },
        deny_unknown: true,
        ..Input::default()
    };
    insta::assert_snapshot!(complaints(&input));
}

#[test]
fn an_unknown_key_is_a_warning_for_a_users_own_model() {
    let service = String::from_utf8(fixture("small/service-2.json")).expect("UTF-8");
    let service = service.replace("\"sensitive\": true", "\"sensitive\": true, \"tint\": \"blue\"");
    let mut input = library();
    input.files.service = service.into();
    let warnings = generate(&input).expect("a sound model").warnings;
    assert_eq!(
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["library#Reader: the key \"tint\" is not known to this generator"]
    );
    input.deny_unknown = true;
    assert!(complaints(&input).contains("tint"));
}

#[test]
fn an_operation_that_is_not_there_is_named() {
    let input = Input { selection: Selection::Named(vec!["BurnBooks".into()]), ..library() };
    assert_eq!(complaints(&input), "error: library#BurnBooks: is no operation of the model\n1 error");
}

#[test]
fn a_paginator_leads_to_members_of_the_right_types() {
    let mut input = library();
    for (from, to, complaint) in [
        (
            "\"Marker\"",
            "\"Nowhere\"",
            "the JMESPath \"Nowhere\" cannot be compiled: there is no member \"Nowhere\"",
        ),
        ("\"Marker\"", "\"MaxRecords\"", "expected \"MaxRecords\" to be String, found Integer"),
        ("\"DescribeBooks\"", "\"BurnBooks\"", "is of no operation of the model"),
        (
            "\"Books\"",
            "\"Books.Isbn\"",
            "the JMESPath \"Books.Isbn\" cannot be compiled: there is no member \"Isbn\"",
        ),
    ] {
        let paginators = String::from_utf8(fixture("small/paginators-1.json")).expect("UTF-8");
        input.files.paginators = Some(paginators.replace(from, to).into());
        let complaints = complaints(&input);
        assert!(complaints.contains(complaint), "{complaint} in {complaints}");
    }
}

#[test]
fn paginators_and_waiters_lead_into_the_last_element() {
    let text = String::from_utf8(fixture("small/paginators-1.json")).expect("UTF-8");
    let rule = r#"{"state": "success", "matcher": "path", "argument": "Books[-1].Sequel.State", "expected": "there"}"#;
    let with = |marker: &str| {
        let mut input = waiter(rule);
        let marker = format!(r#""output_token": "{marker}""#);
        input.files.paginators = Some(text.replace(r#""output_token": "Marker""#, &marker).into());
        input
    };
    let files = generate(&with("Books[-1].Sequel.Isbn")).expect("a sound model").files;
    for (path, code) in [
        ("operations/describe_books.rs", "output.books.as_ref()?.last()?.sequel.as_ref()?.isbn.as_deref()"),
        ("waiters/book_there.rs", ".filter_map(|value| value.last())"),
    ] {
        let file = files.iter().find(|file| file.path == path).expect("a module");
        assert!(file.text.contains(code), "{code} in {}", file.text);
    }
    let mut names = with("Books[-1]");
    let service = String::from_utf8(names.files.service).expect("UTF-8");
    let books = r#""Books": { "shape": "BookList" }"#;
    let service = service.replace(books, r#""Books": { "shape": "Names" }"#);
    let shapes = r#""shapes": { "Names": { "type": "list", "member": { "shape": "String" } },"#;
    names.files.service = service.replace(r#""shapes": {"#, shapes).into();
    let expected = "expected \"Books[-1]\" to be a member of the last element, found the element";
    assert!(complaints(&names).contains(expected), "{}", complaints(&names));
}

#[test]
fn a_paginator_leads_through_nothing_sensitive() {
    let pages = |things: &str, token: &str| {
        let service = serde_json::json!({
            "metadata": {
                "apiVersion": "2020-01-01", "endpointPrefix": "p", "protocol": "query", "serviceId": "Pages",
                "signatureVersion": "v4", "xmlNamespace": "http://pages.example/"
            },
            "operations": {"List": {
                "name": "List", "http": {"method": "POST", "requestUri": "/"},
                "input": {"shape": "In"}, "output": {"shape": "Out", "resultWrapper": "ListResult"}
            }},
            "shapes": {
                "In": {"type": "structure", "members": {"Marker": {"shape": "String"}}},
                "Out": {"type": "structure", "members": {"Deep": {"shape": "Deep"}, "Things": {"shape": "Things"}}},
                "Deep": {"type": "structure", "sensitive": true, "members": {"Marker": {"shape": "String"}}},
                "Things": {"type": "list", "sensitive": true, "member": {"shape": "Thing"}},
                "Thing": {"type": "structure", "members": {"Name": {"shape": "String"}}},
                "String": {"type": "string"}
            }
        });
        let paginators = serde_json::json!({"pagination": {"List": {
            "input_token": "Marker", "output_token": token, "result_key": things
        }}});
        let files = Files {
            service: service.to_string().into(),
            paginators: Some(paginators.to_string().into()),
            ..Files::default()
        };
        complaints(&Input { id: "pages".into(), files, ..Input::default() })
    };
    let complaint = pages("Things", "Deep.Marker");
    assert!(
        complaint.contains("\"Deep.Marker\" cannot be compiled: it leads through what is sensitive"),
        "{complaint}"
    );
    let complaint = pages("Things", "Things[-1].Name");
    assert!(complaint.contains("it leads through what is sensitive"), "{complaint}");
}

/// The same small service in the other format: with a mixin, applied traits, a resource and a rename.
fn smithy_library() -> Input {
    let files = Files { service: fixture("smithy/library.json"), ..Files::default() };
    Input { files, ..library() }
}

fn altered(input: &Input, from: &str, to: &str) -> Input {
    let text = String::from_utf8(input.files.service.clone()).expect("UTF-8");
    assert!(text.contains(from), "{from}");
    let files = Files { service: text.replacen(from, to, 1).into(), ..input.files.clone() };
    Input { files, ..input.clone() }
}

#[test]
fn both_formats_lower_to_the_same_ir_and_generate_the_same_bytes() {
    let (c2j, smithy) = (library(), Input { deny_unknown: true, ..smithy_library() });
    let (c2j, smithy) = (generate(&c2j).expect("a sound model"), generate(&smithy).expect("a sound model"));
    assert_eq!(format!("{:#?}", smithy.ir), format!("{:#?}", c2j.ir));
    // The root names the facts' hash, which is that of the file.
    assert_eq!(smithy.files[1..], c2j.files[1..]);
}

/// A service that says all of itself in words, with markup of every kind.
fn garden(file: &str) -> Input {
    Input {
        id: "garden".into(),
        files: Files { service: fixture(file), ..Files::default() },
        deny_unknown: true,
        api_reference: Some("https://example.com/API_{}.html".into()),
        command: "cargo xtask codegen".into(),
        ..Input::default()
    }
}

#[test]
fn a_models_prose_is_the_documentation_in_both_formats() {
    let c2j = generate(&garden("prose/service-2.json")).expect("a sound model");
    let smithy = generate(&garden("prose/garden.json")).expect("a sound model");
    assert_eq!(format!("{:#?}", smithy.ir), format!("{:#?}", c2j.ir));
    // The root names the facts' hash, which is that of the file.
    assert_eq!(smithy.files[1..], c2j.files[1..]);
    let written = c2j.files[1..].iter().filter(|file| file.text.contains("///"));
    let texts: Vec<_> = written.map(|file| format!("// {}\n{}", file.path, file.text)).collect();
    insta::assert_snapshot!("prose", texts.join("\n"));
}

#[test]
fn a_model_can_be_read_for_its_facts_alone() {
    for file in ["prose/service-2.json", "prose/garden.json"] {
        let facts = generate(&Input { facts_only: true, ..garden(file) }).expect("a sound model");
        assert!(facts.files.iter().all(|file| !file.text.contains("Frost")), "{file}");
    }
}

#[test]
fn the_words_of_an_overlay_come_before_the_models() {
    let overlay = r#"
        ["garden#PlantSeeds"]
        docs = "Our words of the operation."
        ["garden#PlantSeedsMessage"]
        docs = "Our words of a shape that nobody sees."
        ["garden#PlantSeedsMessage$Depth"]
        docs = "Our words of the member."
        ["garden#PlantsMessage"]
        docs = "Our words of the output."
        ["garden#BedFullFault"]
        docs = "Our words of the error.""#;
    let overlay = Overlay::parse("overlay.toml", overlay).expect("an overlay");
    let generation = generate(&Input { overlay, ..garden("prose/service-2.json") }).expect("a sound model");
    let operation = &generation.ir.operations[0];
    let text = |structure: &ir::Structure| structure.text.clone().unwrap_or_default();
    assert_eq!(text(&operation.input), "Our words of the operation.");
    let ir::Output::Own(output) = &operation.output else { panic!("its own output") };
    assert_eq!(text(output), "Our words of the output.");
    let member = |index: usize| operation.input.members[index].text.clone().unwrap_or_default();
    assert_eq!(member(1), "Our words of the member.");
    assert!(member(0).starts_with("The bed, as `garden:bed-name`."));
    assert_eq!(generation.ir.errors[0].text.as_deref(), Some("Our words of the error."));
}

#[test]
fn the_values_of_a_smithy_enumeration_have_words_of_their_own() {
    let input = altered(
        &garden("prose/garden.json"),
        r#""smithy.api#enumValue": "ill""#,
        r#""smithy.api#enumValue": "ill", "smithy.api#documentation": "<p>Brown, <i>soft</i> or both.</p>""#,
    );
    let generation = generate(&input).expect("a sound model");
    let file = generation.files.iter().find(|file| file.path == "types/plant_state.rs").expect("a module");
    assert!(file.text.contains("    /// `ill`: Brown, *soft* or both.\n    Ill,\n"), "{}", file.text);
}

#[test]
fn a_file_that_would_be_too_long_is_divided_by_what_stands_in_it() {
    let whole = generate(&library()).expect("a sound model").files;
    let parts = generate(&Input { line_limit: Some(60), ..library() }).expect("a sound model").files;
    let lines_of =
        |path: &str| parts.iter().find(|file| file.path == path).map(|file| file.text.lines().count());
    // The longest sections move, and no more of them than it takes.
    assert!(
        whole.iter().any(|file| file.path == "operations/lend_book.rs" && file.text.lines().count() > 60)
    );
    assert!(lines_of("operations/lend_book.rs").is_some_and(|lines| lines <= 60));
    assert!(lines_of("operations/lend_book/setters.rs").is_some_and(|lines| lines <= 60));
    assert_eq!(lines_of("operations/lend_book/errors.rs"), None);
    assert!(parts.iter().any(|file| file.text.contains("\nmod setters;\n")));
    for file in &whole {
        let lines = file.text.lines().count();
        assert!(lines > 60 || parts.contains(file), "{} has {lines} lines and is another", file.path);
    }
}

#[test]
fn no_file_that_is_checked_in_is_too_long() {
    let root = tests::workspace();
    for (id, service) in &Services::read(&root).expect("services.toml").0 {
        let run = service.run(&root, id, "cargo xtask codegen").expect("a sound model");
        for file in run.trees.iter().flat_map(|tree| &tree.files) {
            let lines = file.text.lines().count();
            assert!(lines <= LINE_LIMIT, "{id}: {} has {lines} lines", file.path);
        }
    }
}

#[test]
fn what_is_wrong_with_a_smithy_model_is_said_with_its_path() {
    for (from, to, complaint) in [
        ("\"type\": \"service\"", "\"type\": \"string\"", "library: expected one service, found 0: []"),
        (
            "#Numbered\" }]",
            "#Nothing\" }]",
            "library#Book: mixes in \"example.library#Nothing\", which does not exist",
        ),
        ("#Book$Tags\"", "#Book$Tag\"", "library#Book$Tag: has traits applied, and does not exist"),
        ("#Branch\" }]", "#Twig\" }]", "library#Twig: is a resource of the service, and does not exist"),
        (
            "\"target\": \"example.library#Isbn\" }",
            "\"target\": \"example.library#Isbm\" }",
            "which does not exist",
        ),
        (
            "\"rename\": { \"example.other#Binding\": \"OtherBinding\" },",
            "",
            "library#Binding: is the name of several shapes",
        ),
        (
            "\"example.other#Binding\": \"OtherBinding\"",
            "\"example.library#Binding\": \"Book\"",
            "library#Binding rename: expected a name that is free, found \"Book\", which another shape has",
        ),
        (
            "\"items\": \"Books\"",
            "\"items\": \"Bucks\"",
            "the JMESPath \"Bucks\" cannot be compiled: there is no member \"Bucks\"",
        ),
        (
            "aws.protocols#awsQuery\"",
            "aws.protocols#restXml\"",
            "library: expected the protocol \"query\", found \"\"",
        ),
    ] {
        let complaints = complaints(&altered(&smithy_library(), from, to));
        assert!(complaints.contains(complaint), "{from}: {complaints}");
    }
}

#[test]
fn smithy_shapes_may_change_names_with_each_other() {
    // What is an enumeration becomes `Isbn`, and what was `Isbn` becomes `Binding`.
    let input = altered(
        &smithy_library(),
        "\"example.other#Binding\": \"OtherBinding\"",
        "\"example.other#Binding\": \"OtherBinding\", \"example.library#Binding\": \"Isbn\", \"example.library#Isbn\": \"Binding\"",
    );
    let service = generate(&input).expect("a sound model").ir;
    assert_eq!(service.enums[0].type_name, "Isbn");
    let types: Vec<_> = service.structures[0].members[..2].iter().map(|it| it.layout.type_.clone()).collect();
    assert_eq!(types, [ir::Type::String, ir::Type::Enum("Isbn".into())]);
}

#[test]
fn an_unknown_trait_is_a_warning_with_its_path() {
    let input = altered(
        &smithy_library(),
        "\"smithy.api#sensitive\": {}",
        "\"smithy.api#sensitive\": {}, \"a.b#tint\": 1",
    );
    let warnings = generate(&input).expect("a sound model").warnings;
    let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["library#Reader: the trait \"a.b#tint\" is not known to this generator"]);
    assert!(complaints(&Input { deny_unknown: true, ..input }).contains("a.b#tint"));
}

#[test]
fn a_smithy_waiter_is_the_other_formats() {
    let waitable = r#""smithy.waiters#waitable": { "BookThere": { "minDelay": 5, "maxDelay": 5, "acceptors": [
        { "state": "success", "matcher": { "output": { "path": "Books[].State", "expected": "there", "comparator": "allStringEquals" } } },
        { "state": "success", "matcher": { "output": { "path": "length(Books) == `0`", "expected": "true", "comparator": "booleanEquals" } } },
        { "state": "retry", "matcher": { "errorType": "example.library#BookNotFound" } },
        { "state": "failure", "matcher": { "success": false } }
    ] } }, "smithy.api#paginated": { "items""#;
    let input = altered(&smithy_library(), "\"smithy.api#paginated\": { \"items\"", waitable);
    let smithy = generate(&input).expect("a sound model").ir.waiters;
    let acceptors = r#"
        {"state": "success", "matcher": "pathAll", "argument": "Books[].State", "expected": "there"},
        {"state": "success", "matcher": "path", "argument": "length(Books) == `0`", "expected": true},
        {"state": "retry", "matcher": "error", "expected": "BookNotFound"},
        {"state": "failure", "matcher": "error", "expected": true}"#;
    let c2j = generate(&waiter(acceptors)).expect("a sound model").ir.waiters;
    assert_eq!(smithy[0].acceptors, c2j[0].acceptors);
    let input = altered(&input, "\"success\": false", "\"inputOutput\": {}");
    assert!(complaints(&input).contains("library#BookThere waiter acceptors[3]: expected a matcher output"));
}

#[test]
fn what_the_model_calls_deprecated_is_marked() {
    let mut input = library();
    for (from, to) in [
        (r#""name": "LendBook","#, r#""name": "LendBook", "deprecated": true,"#),
        (r#""type": "string", "enum""#, r#""type": "string", "deprecated": true, "enum""#),
        (r#""exception": true"#, r#""exception": true, "deprecated": true"#),
        (
            r#""DescribeBooksMessage": {"#,
            r#""Place": { "type": "structure", "union": true, "deprecated": true, "members": {
                "Shelf": { "shape": "String" }, "Box": { "shape": "String", "deprecated": true } } },
            "DescribeBooksMessage": {"#,
        ),
        (r#""State": {"#, r#""Place": { "shape": "Place" }, "State": {"#),
    ] {
        input = altered(&input, from, to);
    }
    let generation = generate(&input).expect("a sound model");
    for (path, marked) in [
        ("operations/lend_book.rs", "#[deprecated]\n#[non_exhaustive]\npub struct LendBook {"),
        ("operations/describe_books.rs", "#[deprecated]\n    BookNotFoundFault,"),
        ("errors.rs", "#[deprecated]\n    BookNotFoundFault,"),
        ("types/binding.rs", "#[deprecated]\n#[non_exhaustive]\npub enum Binding {"),
        (
            "types/place.rs",
            "#[deprecated]\n#[derive(Clone, Debug, PartialEq)]\n#[non_exhaustive]\npub enum Place {",
        ),
        ("types/place.rs", "Shelf(String),\n    /// Wire name `Box`.\n    #[deprecated]\n    Box(String),"),
        ("mod.rs", "#[allow(deprecated)]\nmod errors;"),
    ] {
        let file = generation.files.iter().find(|file| file.path == path).expect("a module");
        assert!(file.text.contains(marked), "{marked} in {}", file.text);
    }
}

#[test]
fn a_newer_model_is_compared_by_what_breaks_its_users() {
    let old = generate(&library()).expect("a sound model").ir;
    let changes = |from: &str, to: &str| -> Vec<String> {
        let new = generate(&altered(&library(), from, to)).expect("a sound model").ir;
        awsquery_codegen::diff(&old, &new).iter().map(ToString::to_string).collect()
    };
    assert!(changes("\"HARD\"", "\"HARD\"").is_empty());
    for (from, to, expected) in [
        (
            "\"HARD\"",
            "\"STIFF\"",
            &[
                "breaking  library#Binding$HARD (types::Binding::Hard): removed",
                "addition  library#Binding$STIFF (types::Binding::Stiff): added",
            ][..],
        ),
        (
            "\"State\": { \"shape\": \"String\" }",
            "\"State\": { \"shape\": \"TStamp\" }",
            &[
                "breaking  library#Book$State (types::Book::state): the type was \"String\", is \"Timestamp\"",
                "wire      library#Book$State (types::Book::state): the layout was \"\", is \"DateTime\"",
            ],
        ),
        (
            "\"locationName\": \"TagSet\"",
            "\"locationName\": \"Tags\"",
            &["wire      library#Book$Tags (types::Book::tags): the wire name was \"TagSet\", is \"Tags\""],
        ),
        (
            "\"required\": [\"Isbn\", \"Reader\"]",
            "\"required\": [\"Isbn\"]",
            &[
                "breaking  library#LendBookMessage (operations::LendBook): new(isbn) was new(isbn, reader)",
                "advice    library#LendBookMessage$Reader (operations::LendBook::reader): required was true, is false",
            ],
        ),
        (
            "\"max\": 100",
            "\"max\": 500",
            &[
                "advice    library#DescribeBooksMessage$MaxRecords (operations::DescribeBooks::max_records): the bounds was \
             [(Some(20.0), Some(100.0))], is [(Some(20.0), Some(500.0))]",
            ],
        ),
        (
            "\"code\": \"BookNotFound\"",
            "\"code\": \"NoBook\"",
            &[
                "wire      library#BookNotFoundFault (LibraryError::BookNotFoundFault): the code was \"BookNotFound\", is \"NoBook\"",
            ],
        ),
    ] {
        assert_eq!(changes(from, to), expected, "{from}");
    }
}

#[test]
fn a_newer_model_is_compared_by_every_fact_of_the_ir() {
    use awsquery_codegen::ir::{Join, Repetition, Service};

    type Alteration = (fn(&mut Service), &'static str);

    let acceptor =
        r#"{"state": "success", "matcher": "pathAll", "argument": "Books[].State", "expected": "there"}"#;
    let old = generate(&waiter(acceptor)).expect("a sound model").ir;
    let alterations: [Alteration; 8] = [
        (|new| new.sdk_id = "Books".into(), "advice    library (Library): the name among the SDKs was"),
        (
            |new| new.structures[0].members[0].empty_name = Some("IsbnSet".into()),
            "wire      library#Book$Isbn (types::Book::isbn): the wire name of an empty list was None",
        ),
        (
            |new| new.structures[0].members[0].name = "ISBN".into(),
            "wire      library#Book$Isbn (types::Book::isbn): the name in JSON was",
        ),
        (
            |new| {
                let paginator = new.operations[1].paginator.as_mut().expect("pages");
                paginator.token_in_last_of = vec!["books".into()];
            },
            "wire      library#DescribeBooks (operations::DescribeBooks): how its pages follow each other was",
        ),
        (
            |new| {
                let paginator = new.operations[1].paginator.as_mut().expect("pages");
                paginator.aggregates[0].join = Join::Append;
            },
            "wire      library#DescribeBooks (operations::DescribeBooks): what goes over its pages was",
        ),
        (
            |new| new.errors[0].message = Some("Message".into()),
            "advice    library#BookNotFoundFault (LibraryError::BookNotFoundFault): the member that is the message was None",
        ),
        (
            |new| new.operations[2].repetition = Repetition::Idempotent,
            "advice    library#LendBook (operations::LendBook): what becomes of a repeated call was \"unknown\", is \"the same\"",
        ),
        (
            |new| new.waiters[0].acceptors[0].grace = 5,
            "wire      library#BookThere (waiters::BookThere): the rules was",
        ),
    ];
    for (alter, expected) in alterations {
        let mut new = old.clone();
        alter(&mut new);
        let changes: Vec<_> = awsquery_codegen::diff(&old, &new).iter().map(ToString::to_string).collect();
        assert!(
            matches!(changes.as_slice(), [only] if only.starts_with(expected)),
            "{expected}: {changes:?}"
        );
    }
}

/// A waiter on `DescribeBooks` with one rule.
fn waiter(acceptor: &str) -> Input {
    let text = format!(
        r#"{{"version": 2, "waiters": {{"BookThere": {{
            "operation": "DescribeBooks", "delay": 5, "maxAttempts": 3, "acceptors": [{acceptor}]}}}}}}"#
    );
    let mut input = library();
    input.files.waiters = Some(text.into());
    input
}

#[test]
fn what_jmespath_cannot_be_compiled_is_an_error() {
    for (matcher, argument, expected, complaint) in [
        (
            "pathAll",
            "Books[?Isbn=='1'].State",
            r#""x""#,
            "a projection of something that is neither [] nor .*",
        ),
        ("pathAny", "Books[*].State", r#""x""#, "a projection of something that is neither [] nor .*"),
        ("pathAll", "Books[].[Isbn][]", r#""x""#, "behind a dot or a projection, only fields and [-1] are"),
        ("pathAny", "Books[0].State", r#""x""#, "behind a dot or a projection, only fields and [-1] are"),
        (
            "path",
            "contains(Books[].State, `true`)",
            "true",
            "only fields, [], [-1], .* and a compared length() are",
        ),
        ("path", "length(Books[].Title) == `0`", "true", r#"there is no member "Title""#),
        ("path", "length(Marker) == `0`", "true", "the length of something that is neither list nor map"),
        ("path", "length(Books) == `many`", "true", "expected JMESPath, found"),
        (
            "path",
            "length(Books) == `1.5`",
            "true",
            "expected length(…) on the left and a number on the right",
        ),
        ("path", "Books[].State", r#""x""#, "expected one value to compare"),
        ("pathAll", "Marker", r#""x""#, "expected the values of a list"),
        ("path", "Marker", "5", "expected what compares with Integer(5)"),
        ("pathAll", "Books[].LentTo", r#""x""#, "expected values that may be compared, found sensitive ones"),
        ("pathAll", "Books[].Sequel", r#""x""#, "expected what compares with Text"),
        ("path", "Marker[]", r#""x""#, "[] of something that is no list"),
        ("path", "Books[", r#""x""#, "expected JMESPath, found"),
        ("pathNone", "Books", r#""x""#, r#"the matcher "pathNone""#),
        ("status", "Books", "70000", "expected an HTTP status, found 70000"),
    ] {
        let argument = serde_json::to_string(argument).expect("JSON");
        let complaints = complaints(&waiter(&format!(
            r#"{{"state": "success", "matcher": "{matcher}", "argument": {argument}, "expected": {expected}}}"#
        )));
        assert!(complaints.starts_with("error: library#BookThere acceptors[0]: "), "{complaints}");
        assert!(complaints.contains(complaint), "{argument}: {complaints}");
    }
}

#[test]
fn a_waiters_module() {
    let acceptors = r#"
        {"state": "success", "matcher": "pathAll", "argument": "Books[].State", "expected": "there"},
        {"state": "failure", "matcher": "pathAny", "argument": "Books[].Sequel.Binding", "expected": "e-book"},
        {"state": "failure", "matcher": "path", "argument": "length(Books[].Isbn) >= `2`", "expected": false},
        {"state": "retry", "matcher": "error", "expected": "BookNotFound"},
        {"state": "failure", "matcher": "error", "expected": true},
        {"state": "retry", "matcher": "status", "expected": 404}"#;
    let generation = generate(&waiter(acceptors)).expect("a sound model");
    let module = generation.files.iter().find(|file| file.path == "waiters/book_there.rs").expect("a module");
    insta::assert_snapshot!("waiter_module", module.text);
}

#[test]
fn a_waiter_of_no_operation_is_named() {
    let mut input = waiter("");
    let text = String::from_utf8(input.files.waiters.take().expect("waiters")).expect("UTF-8");
    input.files.waiters = Some(text.replace("DescribeBooks", "BurnBooks").into());
    assert!(
        complaints(&input).contains("library#BookThere waiter: is of \"BurnBooks\", which is no operation")
    );
}

#[test]
fn what_is_of_an_operation_finds_it_by_its_key() {
    let input = altered(&waiter(""), r#""name": "DescribeBooks""#, r#""name": "ListBooks""#);
    let service = generate(&input).expect("a sound model").ir;
    let operation = &service.operations[2];
    assert_eq!((operation.name.as_str(), operation.path.as_str()), ("ListBooks", "library#DescribeBooks"));
    assert!(operation.paginator.is_some());
    assert_eq!(service.waiters[0].operation, "ListBooks");
}

#[test]
fn two_operations_of_one_name_are_an_error() {
    let input = altered(&library(), r#""name": "LendBook""#, r#""name": "DescribeBooks""#);
    let complaints = complaints(&input);
    let expected = "library#LendBook: has the name \"DescribeBooks\" of library#DescribeBooks";
    assert!(complaints.contains(expected), "{complaints}");
}

#[test]
fn members_collide_by_the_names_that_the_wire_has() {
    let complaints = |shape: &str, a: serde_json::Value, b: serde_json::Value| {
        let mut service: serde_json::Value =
            serde_json::from_slice(&fixture("small/service-2.json")).expect("JSON");
        service["shapes"]["Flat"] = serde_json::json!(
            { "type": "list", "flattened": true, "member": { "shape": "String", "locationName": "Shelf" } });
        let members = &mut service["shapes"][shape]["members"];
        (members["A"], members["B"]) = (a, b);
        let mut input = library();
        input.files.service = service.to_string().into();
        generate(&input).map_or_else(|error| error.to_string(), |_| String::new())
    };
    // A list shape that is flattened itself gives its element's name to the member.
    let flat = serde_json::json!({ "shape": "Flat" });
    assert_eq!(
        complaints("BooksMessage", flat.clone(), flat),
        "error: library#BooksMessage$B: has the wire name \"Shelf\" of $A\n1 error"
    );
    // An attribute is no element, but both are one key of a form.
    let attribute = serde_json::json!({ "shape": "String", "locationName": "Shelf", "xmlAttribute": true });
    let element = serde_json::json!({ "shape": "String", "locationName": "Shelf" });
    assert_eq!(complaints("BooksMessage", attribute.clone(), element.clone()), "");
    assert_eq!(
        complaints("LendBookMessage", attribute, element),
        "error: library#LendBookMessage$B: has the wire name \"Shelf\" of $A\n1 error"
    );
}

#[test]
fn an_errors_status_is_the_models_or_follows_from_whose_fault_it_is() {
    let said = r#""httpStatusCode": 404, "senderFault": true"#;
    let with = |to: &str| altered(&library(), said, to);
    let status = |input: &Input| generate(input).expect("a sound model").ir.errors[0].status;
    assert_eq!(status(&with(said)), 404);
    assert_eq!(status(&with(r#""senderFault": true"#)), 400);
    assert_eq!(status(&with(r#""senderFault": false"#)), 500);
    assert_eq!(status(&with(r#""fault": true"#)), 500);
    let error = r#""error": { "code": "BookNotFound", "httpStatusCode": 404, "senderFault": true }"#;
    assert_eq!(status(&altered(&library(), error, r#""fault": true"#)), 500);
    let smithy = altered(&smithy_library(), r#", "httpResponseCode": 404"#, "");
    assert_eq!(status(&smithy), 400);
    assert_eq!(status(&altered(&smithy, r#"error": "client""#, r#"error": "server""#)), 500);
    let smithy = altered(&smithy_library(), r#""httpResponseCode": 404"#, r#""httpResponseCode": 70000"#);
    for input in [with(r#""httpStatusCode": 70000"#), smithy] {
        assert_eq!(
            complaints(&input),
            "error: library#BookNotFoundFault: expected an HTTP status, found 70000\n1 error"
        );
    }
}

#[test]
fn what_only_the_reference_to_an_error_says_is_a_fact_of_the_error() {
    let reference = r#"{ "shape": "BookNotFoundFault" }"#;
    let inlined = r#"{ "shape": "BookNotFoundFault", "exception": true, "error": { "code": "Elsewhere", "httpStatusCode": 410 } }"#;
    let error = r#""exception": true,
      "error": { "code": "BookNotFound", "httpStatusCode": 404, "senderFault": true }"#;
    let input = altered(&library(), reference, inlined);
    let found = |input: &Input| generate(input).expect("a sound model").ir.errors;
    assert_eq!(found(&input), found(&library()), "the shape's own facts come first");
    let input = altered(&input, error, r#""pattern": "no fact""#);
    let errors = found(&input);
    assert_eq!((errors[0].code.as_str(), errors[0].status), ("Elsewhere", 410));
}

#[test]
fn a_truncated_model_is_an_error_with_line_and_column() {
    let mut input = library();
    input.files.service = fixture("truncated/service-2.json");
    insta::assert_snapshot!(complaints(&input));
}

#[test]
fn a_key_that_stands_twice_is_an_error() {
    let mut input = library();
    input.files.service = br#"{"metadata": {}, "shapes": {}, "shapes": {}}"#.to_vec();
    insta::assert_snapshot!(complaints(&input));
}

#[test]
fn names_that_the_generator_makes_up_may_not_meet_the_models() {
    let service = String::from_utf8(fixture("small/service-2.json")).expect("UTF-8");
    let mut input = library();
    input.files.service = service.replace("CloseLibrary", "DescribeBooksOutput").into();
    insta::assert_snapshot!(complaints(&input));
}

#[test]
fn an_overlay_speaks_only_of_what_is_there() {
    let text = String::from_utf8(fixture("overlay/overlay.toml")).expect("UTF-8");
    let overlay = Overlay::parse("overlay.toml", &text).expect("an overlay");
    insta::assert_snapshot!(complaints(&Input { overlay, ..library() }));
}

#[test]
fn what_an_overlay_says_of_a_thing_of_another_kind_is_an_error() {
    let complaint = |text: &str| {
        let overlay = Overlay::parse("a.toml", text).expect("an overlay");
        complaints(&Input { overlay, ..library() })
    };
    let waiter = r#"waiters = [{ name = "W", min-delay = 1, max-delay = 1, acceptors = [
        { state = "success", matcher = "path", argument = "Nowhere", expected = "x" }] }]"#;
    let filters = r#"filters = [{ name = "isbn", docs = "The number." }]"#;
    let no_operation = "the overlay has filters, waiters or an example for it, but it is no operation";
    let no_member = "the overlay gives it a type or hides it, but it is no member";
    for (path, facts, expected) in [
        ("library#Book", waiter, no_operation),
        ("library#Book$State", filters, no_operation),
        ("library#Book", "example = \"one();\"", no_operation),
        ("library#Book", "sensitive = true", no_member),
        ("library#*$State", "sensitive = true", no_member),
        ("library#Binding$HARD", "sensitive = true", no_member),
        ("library#LendBook", "enum = { name = \"Loan\", values = [] }", no_member),
        (
            "library#Book$State",
            "enum = { name = \"BOOK\", values = [] }",
            "the name BOOK of the overlay's enumeration is taken",
        ),
        ("shop#Book", "docs = \"A book.\"", "the overlay speaks of it, but the model has no such thing"),
    ] {
        let found = complaint(&format!("[\"{path}\"]\n{facts}\n"));
        assert_eq!(found, format!("error: a.toml {path}: {expected}\n1 error"));
    }
    let found = complaint(&format!("[\"library#DescribeBooks\"]\n{waiter}\n"));
    assert!(found.starts_with("error: a.toml library#W acceptors[0]: "), "{found}");
}

#[test]
fn pages_and_waiters_know_the_types_that_an_overlay_gives() {
    let with = |text: &str| {
        let acceptor =
            r#"{"state": "success", "matcher": "pathAll", "argument": "Books[].State", "expected": "there"}"#;
        Input { overlay: Overlay::parse("overlay.toml", text).expect("an overlay"), ..waiter(acceptor) }
    };
    let mut pages = with("[\"library#BooksMessage$Books\"]\nsensitive = true\n");
    pages.files.waiters = None;
    let service = generate(&pages).expect("a sound model").ir;
    let paginator = service.operations[1].paginator.as_ref().expect("pages");
    assert!(paginator.items_layout.sensitive && paginator.aggregates[0].sensitive);
    let compared = with("[\"library#Book$State\"]\nsensitive = true\n");
    assert!(complaints(&compared).contains("expected values that may be compared, found sensitive ones"));
    let marker = with("[\"library#BooksMessage$Marker\"]\nenum = { name = \"Place\", values = [\"A\"] }\n");
    assert!(
        complaints(&marker).contains("library#DescribeBooks paginator: expected \"Marker\" to be String")
    );
}

/// The small service with a list `Filters`, whose elements require these members.
fn filtered(required: &str, overlay: &str) -> Input {
    let shapes = format!(
        r#""Texts": {{ "type": "list", "member": {{ "shape": "String" }} }},
        "Filter": {{ "type": "structure", "required": [{required}], "members": {{
            "Name": {{ "shape": "String" }}, "Values": {{ "shape": "Texts" }} }} }},
        "Filters": {{ "type": "list", "member": {{ "shape": "Filter" }} }},
        "DescribeBooksMessage": {{"#
    );
    let input = altered(&library(), r#""DescribeBooksMessage": {"#, &shapes);
    let input = altered(
        &input,
        r#""MaxRecords": { "shape""#,
        r#""Filters": { "shape": "Filters" }, "MaxRecords": { "shape""#,
    );
    Input { overlay: Overlay::parse("overlay.toml", overlay).expect("an overlay"), ..input }
}

#[test]
fn filters_whose_functions_collide_are_numbered() {
    let overlay = r#"
        ["library#DescribeBooks"]
        filters = [{ name = "shelf-id", docs = "One." }, { name = "shelf_id", docs = "Two." }]"#;
    let service = generate(&filtered(r#""Name", "Values""#, overlay)).expect("a sound model").ir;
    let filters = &service.operations[1].filters.as_ref().expect("filters").filters;
    let functions: Vec<_> = filters.iter().map(|filter| filter.function.as_str()).collect();
    assert_eq!(functions, ["shelf_id", "shelf_id_2"]);
    for required in ["", r#""Name""#, r#""Values""#] {
        let complaints = complaints(&filtered(required, overlay));
        let expected = "library#DescribeBooks: the overlay lists filters, but Filter does not require a name and values alone";
        assert!(complaints.contains(expected), "{complaints}");
    }
}

#[test]
fn no_module_takes_the_place_of_another() {
    let complaint = "expected to be the module of one type, found two";
    let waiters = r#"{"version": 2, "waiters": {
        "DBReady": {"operation": "DescribeBooks", "delay": 5, "maxAttempts": 3, "acceptors": []},
        "DbReady": {"operation": "DescribeBooks", "delay": 5, "maxAttempts": 3, "acceptors": []}}}"#;
    let mut input = library();
    input.files.waiters = Some(waiters.into());
    assert!(complaints(&input).contains(&format!("error: waiters/db_ready.rs: {complaint}")));
}

#[test]
fn an_overlay_with_an_unknown_key_is_an_error_with_line_and_column() {
    let error: Diagnostics =
        Overlay::parse("overlay.toml", "[\"a#B\"]\ncolour = 1\n").expect_err("no such key");
    insta::assert_snapshot!(error);
}

#[test]
fn the_name_of_an_output_never_flips() {
    let first = generate(&library()).expect("a sound model");
    assert_eq!(first.outputs.0["LendBook"], "Book");
    assert_eq!(first.outputs.0["DescribeBooks"], "DescribeBooksOutput");
    // A later model refers to the output from elsewhere, and no longer to the one that was shared.
    let service = String::from_utf8(fixture("small/service-2.json")).expect("UTF-8");
    let service = service
        .replace(r#""Sequel": { "shape": "Book" }"#, r#""Sequel": { "shape": "BooksMessage" }"#)
        .replace(r#""Books": { "shape": "BookList" }"#, r#""Books": { "shape": "String" }"#);
    let mut later = library();
    later.files.service = service.into();
    later.files.paginators = None;
    later.outputs = OutputNames::parse("outputs.toml", &first.outputs.to_text()).expect("a record");
    assert_eq!(generate(&later).expect("a sound model").outputs, first.outputs);
    later.outputs = OutputNames::default();
    assert_ne!(generate(&later).expect("a sound model").outputs, first.outputs);
}

#[test]
fn import_keeps_every_fact_and_no_prose() {
    let upstream = r#"{
        "metadata": { "apiVersion": "1", "serviceFullName": "Library" },
        "operations": { "documentation": { "name": "documentation", "documentation": "<p>Words.</p>", "errors": [
            { "shape": "E", "documentation": "<p>Words.</p>" }] } },
        "shapes": { "examples": { "type": "structure", "members": {
            "documentation": { "shape": "S", "documentation": "<p>Words.</p>" },
            "comments": { "shape": "S", "deprecated": true, "deprecatedMessage": "Words." } } },
            "S": { "type": "string", "pattern": "[a-z]*", "documentation": "<p>Words.</p>" } },
        "documentation": "<p>Words.</p>", "examples": { "Words": 1 }
    }"#;
    let facts = strip_prose("service-2.json", upstream.as_bytes()).expect("JSON");
    insta::assert_snapshot!(facts);
}

#[test]
fn what_is_checked_in_is_what_the_generator_makes() {
    let root = tests::workspace();
    for (id, service) in &Services::read(&root).expect("services.toml").0 {
        let run = service.run(&root, id, "cargo xtask codegen").expect("a sound model");
        for tree in &run.trees {
            let differences = tree.compare().expect("a readable tree");
            assert!(differences.is_empty(), "run `cargo xtask codegen`: {differences:#?}");
        }
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let root = tests::workspace();
    let entry = &Services::read(&root).expect("services.toml").0["rds"];
    let files = || entry.run(&root, "rds", "cargo xtask codegen").expect("a sound model").generation.files;
    assert_eq!(files(), files());
}

#[test]
fn every_operation_of_the_model_can_be_generated() {
    let root = tests::workspace();
    let mut entry = Services::read(&root).expect("services.toml").0["rds"].clone();
    entry.operations = Some(Vec::new());
    let files = Files::read(&root.join(&entry.model).join("service-2.json")).expect("the model");
    let input = Input { id: "rds".into(), files, deny_unknown: true, ..Input::default() };
    let generation = generate(&input).expect("a sound model");
    assert_eq!((generation.ir.operations.len(), generation.ir.errors.len()), (168, 150));
    assert_eq!(generation.ir.operations.iter().filter(|operation| operation.paginator.is_some()).count(), 43);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// A model that was cut or changed anywhere is generated or refused, and never a panic.
    #[test]
    fn a_damaged_model_never_panics(at in 0_usize..3000, with in ".{0,6}", cut in any::<bool>()) {
        let mut service = fixture("small/service-2.json");
        let at = at.min(service.len());
        if cut {
            service.truncate(at);
        } else {
            let end = (at + with.len()).min(service.len());
            service.splice(at..end, with.bytes());
        }
        let mut input = library();
        input.files.service = service;
        let _ = generate(&input);
    }

    /// Names are the model's to choose: whatever they are, there is code for them or an error.
    #[test]
    fn any_name_is_generated_or_refused(name in "[ -~]{0,12}", value in "\\PC{0,12}") {
        let mut service: serde_json::Value =
            serde_json::from_slice(&fixture("small/service-2.json")).expect("JSON");
        let members = &mut service["shapes"]["Book"]["members"];
        members[&name] = serde_json::json!({ "shape": "Isbn" });
        service["shapes"]["Binding"]["enum"] = serde_json::json!([value, name]);
        let shape = service["shapes"]["Book"].clone();
        service["shapes"][&name] = shape;
        service["shapes"]["BooksMessage"]["members"][&name] = serde_json::json!({ "shape": name });
        let mut input = library();
        input.files.service = service.to_string().into();
        let _ = generate(&input);
    }
}
