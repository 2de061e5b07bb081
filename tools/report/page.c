/*
 * Writes the page: page/page.html with the style, the scripts and the data in the places that it
 * names. One file that asks nothing of any network.
 *
 * The data is columns, not rows: {"bind":{"rows":3,"from":[4,0,1],"symbol":…}}. In a column each
 * number is the difference from the one before, steps that repeat are counted, and texts are
 * numbers of texts, so that a hundred thousand bindings take a few megabytes. page/data.js reads
 * it.
 *
 * In: traces. Out: HTML.
 */
#include "page.h"
#include <inttypes.h>
#include <string.h>

/* files.S */
extern const char page_html[];
extern const char page_css[];
extern const char page_js[];

/* ---- texts ---- */

/* The length of the character of UTF-8 that begins here; 0: none does. */
static size_t utf8_length(const unsigned char *bytes, size_t left) {
    static const struct {
        unsigned char mask, lead, second_low, second_high;
        size_t length;
    } forms[] = {
        {0xe0, 0xc0, 0x80, 0xbf, 2}, {0xff, 0xe0, 0xa0, 0xbf, 3}, {0xff, 0xed, 0x80, 0x9f, 3},
        {0xf0, 0xe0, 0x80, 0xbf, 3}, {0xff, 0xf0, 0x90, 0xbf, 4}, {0xff, 0xf4, 0x80, 0x8f, 4},
        {0xfc, 0xf0, 0x80, 0xbf, 4},
    };

    if (*bytes < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t length = forms[i].length;
        if ((*bytes & forms[i].mask) != forms[i].lead || *bytes < 0xc2)
            continue;
        if (left < length || bytes[1] < forms[i].second_low || bytes[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < length; k++)
            if ((bytes[k] & 0xc0) != 0x80)
                return 0;
        return length;
    }
    return 0;
}

/* A string of JSON inside a <script>: nothing in it may end that. Bytes that are no UTF-8 become
 * the mark for unknown characters. */
static void put_text(FILE *out, const char *text, size_t length) {
    const unsigned char *bytes = (const unsigned char *)text;

    fputc('"', out);
    for (size_t i = 0, step; i < length; i += step) {
        size_t valid = utf8_length(bytes + i, length - i);
        step = valid ? valid : 1;
        if (!valid)
            fputs("\\ufffd", out);
        else if (bytes[i] < ' ' || strchr("\"\\<>&\x7f", bytes[i]))
            fprintf(out, "\\u%04x", bytes[i]);
        else
            fwrite(bytes + i, 1, step, out);
    }
    fputc('"', out);
}

static void put_name(FILE *out, const char *name, const char *text) {
    fprintf(out, "\"%s\":", name);
    if (text)
        put_text(out, text, strlen(text));
    else
        fputs("null", out);
}

/* ---- columns ---- */

/* Of these JavaScript's numbers keep every digit. */
static bool is_exact(int64_t value) {
    return value > -(INT64_C(1) << 53) && value < INT64_C(1) << 53;
}

/* Values that are too large to be numbers: {row: "hexadecimal"}. */
static void put_large(FILE *out, const int64_t *values, uint32_t rows) {
    const char *separator = "";

    fputs(",\"large\":{", out);
    for (uint32_t i = 0; i < rows; i++)
        if (!is_exact(values[i])) {
            fprintf(out, "%s\"%" PRIu32 "\":\"%" PRIx64 "\"", separator, i, (uint64_t)values[i]);
            separator = ",";
        }
    fputc('}', out);
}

/* The differences between the values. A text "n" stands for n more of the step before it. */
static void put_steps(FILE *out, const int64_t *values, uint32_t rows) {
    int64_t value = 0;
    int64_t step = 0;
    uint32_t again = 0;

    for (uint32_t i = 0; i <= rows; i++) {
        int64_t next = i < rows && is_exact(values[i]) ? values[i] : 0;
        if (i && i < rows && next - value == step) {
            again++;
        } else {
            if (again > 2)
                fprintf(out, ",\"%" PRIu32 "\"", again);
            for (; again && again <= 2; again--)
                fprintf(out, ",%" PRId64, step);
            again = 0;
            step = next - value;
            if (i < rows)
                fprintf(out, "%s%" PRId64, i ? "," : "", step);
        }
        value = next;
    }
}

/* {"same":value}, or [difference, …], or {"steps":[…],"large":{…}}. */
static void put_numbers(FILE *out, const int64_t *values, uint32_t rows) {
    bool same = true;
    bool exact = true;

    for (uint32_t i = 0; i < rows; i++) {
        same = same && values[i] == values[0];
        exact = exact && is_exact(values[i]);
    }
    if (same && exact) {
        fprintf(out, "{\"same\":%" PRId64 "}", values[0]);
        return;
    }
    fputs(exact ? "[" : "{\"steps\":[", out);
    put_steps(out, values, rows);
    fputc(']', out);
    if (!exact) {
        put_large(out, values, rows);
        fputc('}', out);
    }
}

static void put_lists(FILE *out, const int64_t *places, uint32_t rows, const int64_t *lists) {
    fputs("{\"lists\":[", out);
    for (uint32_t i = 0; i < rows; i++) {
        const int64_t *list = lists + places[i];
        fputs(i ? ",[" : "[", out);
        for (int64_t k = 1; k <= *list; k++)
            fprintf(out, "%s%" PRId64, k > 1 ? "," : "", list[k]);
        fputc(']', out);
    }
    fputs("]}", out);
}

static void put_table(FILE *out, enum kind kind, const struct run *run) {
    const struct table *table = &run->tables[kind];
    const struct field *fields = descriptions[kind].fields;

    fprintf(out, "\"%s\":{\"rows\":%" PRIu32, descriptions[kind].name, table->rows);
    for (unsigned i = 0; i < table_columns(kind); i++) {
        fprintf(out, ",\n\"%s\":", fields[i].name ? fields[i].name : "again");
        if (fields[i].type == FIELD_OBJECTS || fields[i].type == FIELD_TEXTS)
            put_lists(out, table->columns[i], table->rows, run->lists);
        else
            put_numbers(out, table->columns[i], table->rows);
    }
    fputc('}', out);
}

/* ---- all of it ---- */

static void put_run(FILE *out, const struct run *run) {
    const char *separator = "";

    fprintf(out, "{\"pid\":%" PRId64 ",\"parent\":%" PRId32 ",\"tables\":{", run->pid, run->parent);
    for (enum kind kind = 0; kind < KINDS; kind++)
        if (run->tables[kind].rows) {
            fputs(separator, out);
            put_table(out, kind, run);
            separator = ",\n";
        }
    fputs("}}", out);
}

static void put_trace(FILE *out, const struct trace *trace) {
    const char *name = strrchr(trace->path, '/');

    fputc('{', out);
    put_name(out, "file", name ? name + 1 : trace->path);
    fprintf(out, ",\"lines\":%" PRIu64 ",\"passed_over\":%" PRIu64 ",", trace->lines,
            trace->passed_over);
    put_name(out, "cut", trace->cut);
    fputs(",\"runs\":[", out);
    for (int32_t i = 0; i < trace->run_count; i++) {
        fputs(i ? ",\n" : "", out);
        put_run(out, &trace->runs[i]);
    }
    fputs("]}", out);
}

static void put_data(FILE *out, const struct strings *strings, const struct trace *traces,
                     int count) {
    fputs("{\"strings\":[", out);
    for (uint32_t i = 0; i < strings->count; i++) {
        fputs(i ? ",\n" : "", out);
        put_text(out, strings->list[i].bytes, strings->list[i].length);
    }
    fputs("],\n\"traces\":[", out);
    for (int i = 0; i < count; i++) {
        fputs(i ? ",\n" : "", out);
        put_trace(out, &traces[i]);
    }
    fputs("]}", out);
}

void page_write(FILE *out, const struct strings *strings, const struct trace *traces, int count) {
    const char *at = page_html;
    const char *mark;

    while ((mark = strstr(at, "{{"))) {
        fwrite(at, 1, (size_t)(mark - at), out);
        at = strstr(mark, "}}") + 2;
        if (!strncmp(mark, "{{style}}", 9))
            fputs(page_css, out);
        else if (!strncmp(mark, "{{script}}", 10))
            fputs(page_js, out);
        else if (!strncmp(mark, "{{data}}", 8))
            put_data(out, strings, traces, count);
    }
    fputs(at, out);
}
