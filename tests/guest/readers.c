// SPDX-License-Identifier: GPL-2.0
/*
 * readers DEVICE READERS SECONDS SECTOR STRIDE BLOCKS: let READERS threads read blocks of 4 KiB
 * past the page cache, repeatedly for SECONDS, or only the first block of each thread once if
 * that is 0.
 *
 * Thread i reads every READERS-th of the BLOCKS blocks from the i-th on; block k is at sector
 * SECTOR + k * STRIDE.  Prints the number of reads, the number of failed reads, and the 50th,
 * 99th and 99.9th percentile and the maximum of the read latency in microseconds.  Unlike
 * this, fio leaves failed reads out of its statistics.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK		4096U
#define MAX_READERS	256U
#define MAX_READS	1048576U

static struct {
	int fd;
	unsigned int readers, seconds, blocks;
	unsigned long long sector, stride;
} job;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int took[MAX_READS], nr_reads, nr_failed;

static unsigned long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ULL + t.tv_nsec / 1000;
}

static void read_block(void *buf, unsigned int k)
{
	unsigned long long start = now_us();
	int failed = pread(job.fd, buf, BLOCK, (job.sector + k * job.stride) * 512) != BLOCK;

	pthread_mutex_lock(&lock);
	if (nr_reads < MAX_READS)
		took[nr_reads++] = now_us() - start;
	nr_failed += failed;
	pthread_mutex_unlock(&lock);
}

static void *reader(void *argument)
{
	unsigned long long end = now_us() + job.seconds * 1000000ULL;
	unsigned int i = (uintptr_t)argument, k = i;
	void *buf;

	if (posix_memalign(&buf, BLOCK, BLOCK))
		return NULL;
	do {
		read_block(buf, k);
		k += job.readers;
		if (k >= job.blocks)
			k = i;
	} while (now_us() < end);
	free(buf);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

/* The latency that this many reads in a thousand did not exceed. */
static unsigned int percentile(unsigned int thousandths)
{
	return took[(nr_reads * (unsigned long long)thousandths + 999) / 1000 - 1];
}

static int run(void)
{
	pthread_t threads[MAX_READERS];
	unsigned int i;

	for (i = 0; i < job.readers; i++)
		if (pthread_create(&threads[i], NULL, reader, (void *)(uintptr_t)i))
			return 1;
	for (i = 0; i < job.readers; i++)
		pthread_join(threads[i], NULL);
	if (!nr_reads)
		return 1;
	qsort(took, nr_reads, sizeof(*took), compare);
	printf("%u %u %u %u %u %u\n", nr_reads, nr_failed, percentile(500), percentile(990),
	       percentile(999), percentile(1000));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fprintf(stderr, "usage: readers DEVICE READERS SECONDS SECTOR STRIDE BLOCKS\n");
		return 2;
	}
	job.readers = strtoul(argv[2], NULL, 0);
	job.seconds = strtoul(argv[3], NULL, 0);
	job.sector = strtoull(argv[4], NULL, 0);
	job.stride = strtoull(argv[5], NULL, 0);
	job.blocks = strtoul(argv[6], NULL, 0);
	job.fd = open(argv[1], O_RDONLY | O_DIRECT);
	if (job.fd < 0 || !job.readers || job.readers > MAX_READERS || job.readers > job.blocks) {
		fprintf(stderr, "readers: %s: %s\n", argv[1], strerror(errno));
		return 2;
	}
	return run();
}
