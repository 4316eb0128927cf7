//! Pages and items as streams (PROTOCOL 5.1).

use crate::support::Client;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use awsquery_client::awsquery::server::Fault;
use awsquery_client::credentials::Credentials;
use awsquery_client::test_server::{TestFault, TestServer};
use awsquery_client::{Error, ItemStream, Position};
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};
use rds_protocol::{Rds, RdsError};

use crate::export_task::export_task;

/// A service with so many exports, `size` on a page: a page's marker is the number of its first export.
fn exports(count: usize, size: usize) -> TestServer {
    TestServer::start::<Rds>(move |request| {
        request.on(|request: DescribeExportTasks| {
            let from = request.marker.as_deref().unwrap_or("0").parse::<usize>();
            let from = from.map_err(|_| Fault::of(RdsError::ExportTaskNotFoundFault))?;
            let to = (from + size).min(count);
            let mut output = DescribeExportTasksOutput::default();
            output.export_tasks = Some((from..to).map(|number| export_task(number, |_| {})).collect());
            output.marker = (to < count).then(|| to.to_string());
            Ok(output)
        })
    })
    .expect("a server")
}

fn client(server: &TestServer) -> Client {
    let credentials = Credentials::new("test", "test");
    let builder = Client::builder().region("eu-west-1").endpoint_url(server.url()).credentials(credentials);
    builder.build().expect("a client")
}

async fn rest(items: &mut ItemStream<DescribeExportTasks>) -> Vec<usize> {
    let mut numbers = Vec::new();
    while let Some(item) = items.next().await {
        let identifier = item.expect("an item").export_task_identifier.expect("an identifier");
        numbers.push(identifier.parse().expect("a number"));
    }
    numbers
}

#[tokio::test]
async fn pag_1_pages_come_one_after_the_other() {
    let server = exports(7, 3);
    let mut pages = client(&server).pages(DescribeExportTasks::default().max_records(20));
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.expect("a page").export_tasks.iter().flatten().count());
        // Nothing is asked for before it is wanted.
        assert_eq!(server.requests().len(), sizes.len());
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert!(pages.next().await.is_none());
    let bodies = server.requests().iter().map(|request| request.body().clone()).collect::<Vec<_>>();
    assert!(bodies.iter().all(|body| body.windows(13).any(|part| part == b"MaxRecords=20")));
}

#[tokio::test]
async fn pag_5_items_of_a_thousand_pages_are_all_there_once() {
    let server = exports(20_000, 20);
    let mut items = client(&server).items(DescribeExportTasks::default());
    assert_eq!(rest(&mut items).await, (0..20_000).collect::<Vec<_>>());
    assert_eq!(server.requests().len(), 1000);
}

#[tokio::test]
async fn a_listing_is_resumed_where_it_was_left() {
    let server = exports(7, 3);
    let client = client(&server);
    for taken in 0..=7 {
        let mut items = client.items(DescribeExportTasks::default());
        for _ in 0..taken {
            items.next().await.expect("an item").expect("an item");
        }
        let position = items.position();
        let mut resumed = client.items(DescribeExportTasks::default()).resume(position.clone());
        assert_eq!(resumed.position(), position);
        assert_eq!(rest(&mut resumed).await, (taken..7).collect::<Vec<_>>(), "after {taken}");
    }
    let mut from_marker = client.items(DescribeExportTasks::default().marker("6"));
    assert_eq!(rest(&mut from_marker).await, [6]);
}

#[tokio::test]
async fn pag_8_an_error_ends_the_stream_and_tells_where_to_go_on() {
    let server = exports(7, 3);
    let refused = TestFault::error("InvalidParameterValue", http::StatusCode::BAD_REQUEST);
    server.fault(TestFault::Nothing).fault(refused);
    let client = client(&server);
    let mut items = client.items(DescribeExportTasks::default());
    for _ in 0..3 {
        items.next().await.expect("an item").expect("an item");
    }
    let error = items.next().await.expect("an error").expect_err("an error");
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    assert!(items.next().await.is_none());
    let position = items.position();
    assert_eq!(position, Position { marker: Some("3".into()), taken: 0 });
    let mut resumed = client.items(DescribeExportTasks::default()).resume(position);
    assert_eq!(rest(&mut resumed).await, [3, 4, 5, 6]);
}

/// A service that answers every request with the same marker.
fn repeating(count: Arc<AtomicU32>) -> TestServer {
    TestServer::start::<Rds>(move |request| {
        request.on(|_: DescribeExportTasks| {
            let mut output = DescribeExportTasksOutput::default();
            output.export_tasks = Some(vec![export_task(count.fetch_add(1, Ordering::SeqCst), |_| {})]);
            output.marker = Some("again".into());
            Ok(output)
        })
    })
    .expect("a server")
}

#[tokio::test]
async fn pag_3_a_repeated_marker_is_an_error_after_what_came_with_it() {
    let server = repeating(Arc::default());
    let mut items = client(&server).items(DescribeExportTasks::default());
    for _ in 0..2 {
        items.next().await.expect("an item").expect("an item");
    }
    let error = items.next().await.expect("an error").expect_err("an error");
    assert!(matches!(error, Error::RepeatedMarker(_)), "{error}");
    assert!(items.next().await.is_none());

    let server = repeating(Arc::default());
    let mut items = client(&server).items(DescribeExportTasks::default()).stop_on_repeated_marker();
    assert_eq!(rest(&mut items).await, [0, 1]);

    let position = Position { marker: Some("again".into()), taken: 0 };
    let items = client(&server).items(DescribeExportTasks::default()).stop_on_repeated_marker();
    assert_eq!(rest(&mut items.resume(position)).await, [2]);
}
