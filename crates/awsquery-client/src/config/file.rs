//! Files that settings name: regular files of a bounded size, read off the runtime's threads.
//!
//! Symbolic links are followed, since Kubernetes mounts tokens as such. Anything else that a path can name (a FIFO, a device,
//! a directory, a socket) is an error, and is not opened: a FIFO waits for a writer, `/dev/zero` has no end.

use std::error::Error;
use std::fmt;
use std::fs::{File, FileType};
use std::io::{self, Read};
use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

/// The limit for a shared config or credentials file. Large ones, of some hundred profiles, have 100 KiB.
pub(crate) const SHARED_FILE_LIMIT: usize = 1024 * 1024;
/// The limit for a token file. STS takes tokens of 20,000 characters, a header not even that.
pub(crate) const TOKEN_LIMIT: usize = 64 * 1024;
/// The limit for a bundle of certificates. Those of Mozilla and of operating systems have some 300 KiB.
#[cfg(feature = "hyper")]
pub(crate) const BUNDLE_LIMIT: usize = 16 * 1024 * 1024;

/// Reads a regular file of at most so many bytes. Blocks the thread as long as the file system does.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, FileError> {
    // Before it is opened, which can have effects of its own.
    require_regular(std::fs::metadata(path)?.file_type())?;
    let file = open(path)?;
    // Something else may have taken its place meanwhile.
    let metadata = file.metadata()?;
    require_regular(metadata.file_type())?;
    let length = usize::try_from(metadata.len()).ok().filter(|length| *length <= limit);
    let length = length.ok_or(FileError::TooLarge { limit })?;
    // One more, to see the end without a second, larger buffer: the first one would not be zeroized.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(FileError::TooLarge { limit });
    }
    Ok(bytes)
}

/// Reads a token, off the runtime's threads: text without the blanks around it.
pub(crate) async fn read_token(path: &str) -> Result<Zeroizing<String>, FileError> {
    let path = path.to_owned();
    let mut bytes = off_thread(move || read(Path::new(&path), TOKEN_LIMIT)).await?;
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            Ok(Zeroizing::new(text.trim().to_owned()))
        }
        Err(error) => {
            error.into_bytes().zeroize();
            Err(FileError::NotText)
        }
    }
}

/// Does what may block. On a tokio runtime one of its threads for that does it; elsewhere, and without the feature `hyper`,
/// the calling thread.
#[cfg(feature = "hyper")]
pub(crate) async fn off_thread<T, F>(work: F) -> T
where
    T: Send + 'static,
    F: FnOnce() -> T + Clone + Send + 'static,
{
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return work() };
    let again = work.clone();
    match runtime.spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime is shutting down, and did not begin.
        Err(_) => again(),
    }
}

/// Does what may block: without a runtime there is but the calling thread.
#[cfg(not(feature = "hyper"))]
pub(crate) async fn off_thread<T, F: FnOnce() -> T>(work: F) -> T {
    work()
}

/// Refuses what is there and no regular file, or too large. What is not there is another's to tell.
#[cfg(feature = "native-roots")]
pub(crate) fn check(path: &Path, limit: usize) -> Result<(), FileError> {
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(()) };
    require_regular(metadata.file_type())?;
    match metadata.len() > limit as u64 {
        true => Err(FileError::TooLarge { limit }),
        false => Ok(()),
    }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // With a FIFO in the file's place, opening does not wait; with a terminal, it does not become the process's own.
    File::options().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

fn require_regular(found: FileType) -> Result<(), FileError> {
    match found.is_file() {
        true => Ok(()),
        false => Err(FileError::NotRegular { found: name_of(found) }),
    }
}

fn name_of(found: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_fifo() {
            return "a FIFO";
        }
        if found.is_socket() {
            return "a socket";
        }
        if found.is_char_device() || found.is_block_device() {
            return "a device";
        }
    }
    if found.is_dir() { "a directory" } else { "no file" }
}

/// A file that is not read. Continues a sentence that begins with its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileError {
    Io(io::ErrorKind),
    NotRegular { found: &'static str },
    TooLarge { limit: usize },
    NotText,
}

impl FileError {
    pub(crate) fn is_directory(&self) -> bool {
        matches!(self, Self::NotRegular { found: "a directory" })
    }
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error.kind())
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        let kind = match &error {
            FileError::Io(kind) => *kind,
            FileError::NotRegular { .. } => io::ErrorKind::InvalidInput,
            FileError::TooLarge { .. } => io::ErrorKind::FileTooLarge,
            FileError::NotText => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(io::ErrorKind::NotFound) => f.write_str("no such file"),
            Self::Io(kind) => kind.fmt(f),
            Self::NotRegular { found } => write!(f, "is {found}, must be a regular file"),
            Self::TooLarge { limit } => write!(f, "is too large, must have at most {} KiB", limit / 1024),
            Self::NotText => f.write_str("is not UTF-8, must be text"),
        }
    }
}

impl Error for FileError {}

#[cfg(all(test, feature = "hyper"))]
mod tests {
    use std::thread::ThreadId;

    use super::*;

    fn here() -> ThreadId {
        std::thread::current().id()
    }

    #[test]
    fn what_may_block_leaves_the_runtime_s_thread_alone() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        assert_ne!(runtime.block_on(off_thread(here)), here());
        let without = crate::future::within(off_thread(here), std::future::pending());
        let mut without = std::pin::pin!(without);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert_eq!(without.as_mut().poll(&mut context), std::task::Poll::Ready(Some(here())));
    }

    #[test]
    fn a_runtime_that_is_gone_leaves_the_work_to_the_caller() {
        let gone = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let handle = gone.handle().clone();
        drop(gone);
        let _entered = handle.enter();
        let mut work = std::pin::pin!(off_thread(here));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert_eq!(work.as_mut().poll(&mut context), std::task::Poll::Ready(here()));
    }

    #[test]
    fn a_file_of_just_the_limit_is_read_and_one_without_a_length_up_to_its_end() {
        let path = std::env::temp_dir().join(format!("awsquery-client-limit-{}", std::process::id()));
        std::fs::write(&path, b"1234").expect("a file");
        assert_eq!(read(&path, 4).as_deref().map(Vec::as_slice), Ok(&b"1234"[..]));
        assert_eq!(read(&path, 3), Err(FileError::TooLarge { limit: 3 }));
        std::fs::remove_file(&path).expect("no file");
        #[cfg(target_os = "linux")]
        {
            let path = Path::new("/proc/self/status");
            assert!(read(path, TOKEN_LIMIT).is_ok_and(|bytes| bytes.starts_with(b"Name:")));
            assert_eq!(read(path, 3), Err(FileError::TooLarge { limit: 3 }));
        }
    }

    #[tokio::test]
    async fn a_token_is_text_without_the_blanks_around_it() {
        let path = std::env::temp_dir().join(format!("awsquery-client-text-{}", std::process::id()));
        let name = path.to_str().expect("a path");
        std::fs::write(&path, b" a b\n").expect("a file");
        assert_eq!(read_token(name).await.as_deref().map(String::as_str), Ok("a b"));
        std::fs::write(&path, b"\xff").expect("a file");
        assert_eq!(read_token(name).await, Err(FileError::NotText));
        std::fs::remove_file(&path).expect("no file");
    }
}
