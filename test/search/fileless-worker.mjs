/** As Node ends a thread that can open no more files. */
throw Object.assign(new Error("EMFILE: too many open files, open 'worker.js'"), { code: 'EMFILE', syscall: 'open' });
