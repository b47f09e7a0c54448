"""A folder seen through FUSE, with one fault: faulty_fs.py BACKING PLACE slow|eio|fsync"""

import errno
import os
import sys
import time

from fusepy import FUSE, FuseOSError, Operations

SLOW_WRITE_S = 0.002
SLOW_SYNC_S = 0.5
# A write that fails in its middle is tried again from there: only all of some time are an error.
FIRST_FAILING_WRITE = 30
FAILING_S = 2
FAILING_SYNC = 1


class FaultyFolder(Operations):
    def __init__(self, backing, fault):
        self.backing = backing
        self.fault = fault
        self.writes = 0
        self.syncs = 0
        self.failing_until = None

    def at(self, path):
        return os.path.join(self.backing, path.lstrip("/"))

    def getattr(self, path, fh=None):
        try:
            st = os.lstat(self.at(path)) if fh is None else os.fstat(fh)
        except OSError as error:
            raise FuseOSError(error.errno)
        names = ("st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid", "st_ino")
        return {name: getattr(st, name) for name in names}

    def readdir(self, path, fh):
        return [".", ".."] + os.listdir(self.at(path))

    def open(self, path, flags):
        return os.open(self.at(path), flags & ~os.O_NOFOLLOW)

    def create(self, path, mode, fi=None):
        return os.open(self.at(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def read(self, path, length, offset, fh):
        return os.pread(fh, length, offset)

    def write(self, path, data, offset, fh):
        self.writes += 1
        if self.fault == "slow":
            time.sleep(SLOW_WRITE_S)
        if self.fault == "eio" and self.is_failing():
            raise FuseOSError(errno.EIO)
        return os.pwrite(fh, data, offset)

    def is_failing(self):
        if self.writes == FIRST_FAILING_WRITE:
            self.failing_until = time.monotonic() + FAILING_S
        return self.failing_until is not None and time.monotonic() < self.failing_until

    def fsync(self, path, datasync, fh):
        self.syncs += 1
        if self.fault == "slow":
            time.sleep(SLOW_SYNC_S)
        if self.fault == "fsync" and self.syncs == FAILING_SYNC:
            raise FuseOSError(errno.EIO)
        return os.fdatasync(fh)

    def fsyncdir(self, path, datasync, fh):
        return 0

    def release(self, path, fh):
        return os.close(fh)

    def truncate(self, path, length, fh=None):
        os.truncate(self.at(path), length)

    def link(self, target, source):
        return os.link(self.at(source), self.at(target))

    def unlink(self, path):
        return os.unlink(self.at(path))

    def rename(self, old, new):
        return os.rename(self.at(old), self.at(new))

    def mkdir(self, path, mode):
        return os.mkdir(self.at(path), mode)

    def chmod(self, path, mode):
        return os.chmod(self.at(path), mode)

    def utimens(self, path, times=None):
        return os.utime(self.at(path), times)

    def statfs(self, path):
        st = os.statvfs(self.at(path))
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_files", "f_ffree", "f_frsize", "f_namemax")
        return {name: getattr(st, name) for name in names}


if __name__ == "__main__":
    backing, place, fault = sys.argv[1:4]
    FUSE(FaultyFolder(backing, fault), place, foreground=True, nothreads=True, use_ino=True)
