//! TCP streams, whose socket can be looked at.

use std::error::Error;
use std::fmt;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection as ConnectionInfo};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP stream that can be told to look at the socket itself.
///
/// Tokio reads a socket only after its runtime has heard that there is something to read, and a runtime that was not run since,
/// such as a current-thread one between two calls of `block_on`, has not heard. Then bytes that came after the last response
/// would be taken for the next one, and the end of the connection for a lost request.
pub(super) struct Tcp {
    stream: TcpStream,
    /// `None` without TLS.
    records: Option<Records>,
    probe: Arc<Probe>,
}

/// Tells a stream from outside of HTTP and TLS when to look.
#[derive(Default)]
pub(super) struct Probe {
    is_looking: AtomicBool,
}

impl Probe {
    pub(super) fn look(&self, is_looking: bool) {
        self.is_looking.store(is_looking, Ordering::Relaxed);
    }
}

impl Tcp {
    pub(super) fn new(stream: TcpStream, is_tls: bool) -> Self {
        Self { stream, records: is_tls.then(Records::default), probe: Arc::default() }
    }

    pub(super) fn probe(&self) -> Arc<Probe> {
        Arc::clone(&self.probe)
    }

    /// An error where the socket has anything to read, or where TLS keeps a part of what was read.
    fn look(&self) -> Poll<io::Result<()>> {
        let unread = || Poll::Ready(Err(io::Error::other("unread bytes on an idle connection")));
        if self.records.as_ref().is_some_and(Records::is_within) {
            return unread();
        }
        match SockRef::from(&self.stream).peek(&mut [MaybeUninit::uninit()]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
            Ok(_) => unread(),
        }
    }
}

impl AsyncRead for Tcp {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(records) = &mut self.records {
            records.feed(&buffer.filled()[before..]);
        }
        match read {
            Poll::Pending if self.probe.is_looking.load(Ordering::Relaxed) => self.look(),
            read => read,
        }
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl ConnectionInfo for Tcp {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// The borders of TLS records in what was read.
///
/// Rustls keeps the beginning of a record until the rest of it arrives, and nobody can see that it does. A record that begins
/// before a request was written has nothing to do with the response to it.
#[derive(Default)]
struct Records {
    header: [u8; 5],
    /// The number of bytes of the header that have arrived.
    seen: usize,
    /// The number of bytes of the record that are still to come.
    left: usize,
}

impl Records {
    fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.left > 0 {
                let taken = self.left.min(bytes.len());
                self.left -= taken;
                bytes = &bytes[taken..];
                continue;
            }
            self.header[self.seen] = bytes[0];
            self.seen += 1;
            bytes = &bytes[1..];
            if self.seen == self.header.len() {
                // Type, version and length (RFC 8446, section 5.1).
                self.left = usize::from(u16::from_be_bytes([self.header[3], self.header[4]]));
                self.seen = 0;
            }
        }
    }

    fn is_within(&self) -> bool {
        self.seen > 0 || self.left > 0
    }
}

/// A setting that fails each time.
#[derive(Clone, Debug)]
pub(super) struct Misconfigured(pub(super) String);

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Misconfigured {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_within_its_header_or_its_content() {
        let record = [23, 3, 3, 0, 3, 1, 2, 3];
        let both = [record, record].concat();
        for cut in 0..=both.len() {
            let mut records = Records::default();
            records.feed(&both[..cut]);
            assert_eq!(records.is_within(), cut % record.len() != 0, "{cut}");
            records.feed(&both[cut..]);
            assert!(!records.is_within(), "{cut}");
        }
    }
}
