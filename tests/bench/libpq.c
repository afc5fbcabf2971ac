/*
 * How many connection strings a second libpq parses: PQconninfoParse on each line of a file, for a time.
 * Declared here, so that no headers are needed: cc libpq.c /path/to/libpq.so.5
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct PQconninfoOption PQconninfoOption;
PQconninfoOption *PQconninfoParse(const char *conninfo, char **errmsg);
void PQconninfoFree(PQconninfoOption *options);
void PQfreemem(void *pointer);

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments)
{
	static char *lines[4096];
	int lengths = 0;
	char line[8192];
	FILE *file = fopen(arguments[1], "r");
	double seconds = count > 2 ? atof(arguments[2]) : 0.5;
	long parsed = 0, refused = 0;

	if (!file)
		return 1;
	while (lengths < 4096 && fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = 0;
		lines[lengths++] = strdup(line);
	}
	double start = now(), end = start;
	while ((end = now()) - start < seconds)
		for (int index = 0; index < lengths; index++) {
			char *error = NULL;
			PQconninfoOption *options = PQconninfoParse(lines[index], &error);
			if (options)
				PQconninfoFree(options);
			else
				refused++;
			if (error)
				PQfreemem(error);
			parsed++;
		}
	printf("%.0f %ld\n", parsed / (end - start), refused);
	return 0;
}
