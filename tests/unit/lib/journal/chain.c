#include "tests/unit/lib/journal/chain.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const char CHAIN_YAML[] =
    "chain: shop.example\n"
    "branches:\n"
    "  - { number: 1, name: one, country: DK, currency: EUR, region: 1 }\n"
    "  - { number: 2, name: two, country: DK, currency: EUR, region: 1 }\n"
    "categories:\n"
    "  - { code: books }\n";
static const char POLICY_YAML[] =
    "policy: returns\n"
    "hit: first\n"
    "inputs: [claim, days_since_purchase]\n"
    "rules:\n"
    "  - id: taken\n"
    "    when: { claim: taken }\n"
    "    then: { verdict: deny, reason: TAKEN }\n"
    "  - id: none\n"
    "    when: { claim: no_claim }\n"
    "    then: { verdict: deny_overridable, reason: NO_SALE }\n"
    "  - id: month\n"
    "    when: { days_since_purchase: '<= 30' }\n"
    "    then: { verdict: authorise, refund_percent: '90', refund_to: credit, reason: MONTH }\n"
    "  - id: late\n"
    "    then: { verdict: contingent, reason: LATE }\n";

static samme_seed seed_of(unsigned number) {
    samme_seed seed;
    memset(seed.bytes, (int)number, sizeof seed.bytes);
    return seed;
}

static samme_vkey key_of(const char *name, unsigned number) {
    samme_seed seed = seed_of(number);
    samme_public_key key = samme_sign_public(&seed);
    samme_vkey vkey;
    cr_assert_eq(samme_vkey_make(name, &key, &vkey, NULL), SAMME_OK);
    return vkey;
}

static unsigned role_seed(samme_role role) {
    return 200u + (unsigned)role;
}
static unsigned log_seed(uint32_t branch, uint32_t epoch) {
    return 10 * branch + epoch;
}

samme_seed chain_log_seed(uint32_t branch, uint32_t epoch) {
    return seed_of(log_seed(branch, epoch));
}

static void make_root(samme_root *root) {
    *root = (samme_root){.chain = "shop.example", .version = 1};
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        char name[64];
        snprintf(name, sizeof name, "shop.example/key/%s-1", samme_role_name((samme_role)role));
        root->roles[role].threshold = 1;
        root->roles[role].count = 1;
        root->roles[role].keys[0] = key_of(name, role_seed((samme_role)role));
    }
    samme_buffer text, note; /* opened from a note, so that a later root can name it */
    samme_error error = {.text = ""};
    samme_seed seed = seed_of(role_seed(SAMME_ROLE_ROOT));
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(root, &text, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 root->roles[SAMME_ROLE_ROOT].keys[0].name, &seed, &note),
                 SAMME_OK);
    cr_assert_eq(samme_root_open(samme_buffer_span(&note), root, &error), SAMME_OK, "%s",
                 error.text);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
}

static samme_status find_document(void *self, const samme_hash *hash, samme_span *out) {
    const chain *c = self;
    samme_map_entry entry;
    if (!samme_map_get(c->documents, samme_span_of_hash(hash), &entry))
        return SAMME_NOT_FOUND;
    *out = entry.value;
    return SAMME_OK;
}

static void keep_finding(void *context, const samme_finding *finding) {
    chain *c = context;
    cr_assert_lt(c->finding_count, CHAIN_FINDINGS_MAX);
    c->findings[c->finding_count++] = *finding;
}

static samme_status open_replay(chain *c, samme_error *error) {
    const samme_content content = {.self = c, .document = find_document};
    return samme_replay_init(&c->replay, &c->root, c->f.rows, content, &c->options, error);
}

void chain_init(chain *c, bool check_content, bool decide_again) {
    samme_error error = {.text = ""};
    *c = (chain){.hub_time_ms = 1000};
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    fixture_init(&c->f);
    make_root(&c->root);
    c->documents = samme_map_new();
    for (uint32_t branch = 1; branch <= CHAIN_BRANCHES; branch++) {
        c->epochs[branch] = 1;
        samme_range_init(&c->logs[branch]);
    }
    samme_range_init(&c->journal);
    c->options = (samme_replay_options){.check_content = check_content,
                                        .decide_again = decide_again,
                                        .finding = keep_finding,
                                        .finding_context = c};
    cr_assert_eq(open_replay(c, &error), SAMME_OK, "%s", error.text);
}

void chain_start(chain *c, bool decide_again) {
    samme_error error = {.text = ""};
    chain_init(c, true, decide_again);
    c->roster_hash = chain_roster_note(c, 1, &(samme_hash){{0}}, 0);
    c->roster_version = 1;
    cr_assert_eq(chain_replay_note(c, SAMME_RECORD_ROSTER, 1, &c->roster_hash, &error), SAMME_OK,
                 "%s", error.text);
    c->release_hash = chain_release_note(c, 1, &(samme_hash){{0}}, 0);
    c->release_version = 1;
    cr_assert_eq(chain_replay_note(c, SAMME_RECORD_RELEASE, 1, &c->release_hash, &error), SAMME_OK,
                 "%s", error.text);
}

void chain_free(chain *c) {
    samme_replay_fini(&c->replay);
    samme_map_free(c->documents);
    fixture_free(&c->f);
}

samme_status chain_reopen(chain *c, samme_error *error) {
    samme_replay_fini(&c->replay);
    return open_replay(c, error);
}

samme_hash chain_store(chain *c, samme_span document) {
    samme_hash hash = samme_sha256(document);
    cr_assert_eq(samme_map_put(c->documents, samme_span_of_hash(&hash), document, 0), SAMME_OK);
    return hash;
}

void chain_forget(chain *c, const samme_hash *hash) {
    samme_map_remove(c->documents, samme_span_of_hash(hash));
}

static samme_hash sign_and_store(chain *c, samme_buffer *text, samme_role role, unsigned key) {
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_seed seed = seed_of(key != 0 ? key : role_seed(role));
    cr_assert_eq(
        samme_note_sign(samme_buffer_span(text), c->root.roles[role].keys[0].name, &seed, &note),
        SAMME_OK);
    samme_hash hash = chain_store(c, samme_buffer_span(&note));
    samme_buffer_free(&note);
    samme_buffer_free(text);
    return hash;
}

samme_hash chain_roster_note(chain *c, uint64_t version, const samme_hash *previous, unsigned key) {
    samme_roster_branch branches[CHAIN_BRANCHES];
    for (uint32_t i = 0; i < CHAIN_BRANCHES; i++) {
        char origin[SAMME_NOTE_NAME_MAX + 1];
        const uint32_t number = i + 1, epoch = c->epochs[number];
        samme_branch_origin(c->root.chain, number, epoch, origin);
        branches[i] = (samme_roster_branch){.number = number, .region = 1, .epoch = epoch};
        snprintf(branches[i].name, sizeof branches[i].name, "branch-%u", number);
        branches[i].log_key = key_of(origin, log_seed(number, epoch));
        memset(branches[i].curve.bytes, (int)(60 + number), sizeof branches[i].curve.bytes);
    }
    samme_roster roster = {.version = version,
                           .journal_epoch = 1,
                           .previous = *previous,
                           .branch_count = CHAIN_BRANCHES,
                           .branches = branches};
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_hub_origin(c->root.chain, 1, origin);
    roster.hub_log = key_of(origin, 99);
    memset(roster.hub_curve.bytes, 77, sizeof roster.hub_curve.bytes);
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_roster_text(&c->root, &roster, &text, &error), SAMME_OK, "%s", error.text);
    return sign_and_store(c, &text, SAMME_ROLE_ROSTER, key);
}

void chain_documents(chain *c, samme_release_document out[static 2]) {
    const samme_span contents[] = {samme_span_of_text(CHAIN_YAML), samme_span_of_text(POLICY_YAML)};
    const char *paths[] = {"chain.yaml", "policy/returns.yaml"};
    for (size_t i = 0; i < 2; i++) {
        out[i] = (samme_release_document){.length = (uint32_t)contents[i].length};
        snprintf(out[i].path, sizeof out[i].path, "%s", paths[i]);
        out[i].hash = chain_store(c, contents[i]);
    }
}

samme_hash chain_release_signed(chain *c, const samme_release *release, unsigned key) {
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_release_text(&c->root, release, &text, &error), SAMME_OK, "%s", error.text);
    return sign_and_store(c, &text, SAMME_ROLE_RELEASE, key);
}

samme_hash chain_halt_signed(chain *c, const samme_halt *halt, unsigned key) {
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_halt_text(&c->root, halt, &text, &error), SAMME_OK, "%s", error.text);
    return sign_and_store(c, &text, SAMME_ROLE_RELEASE, key);
}

samme_hash chain_release_of(chain *c, uint64_t version, const samme_hash *previous, unsigned key,
                            samme_release_document *documents, size_t count) {
    samme_release release = {.version = version,
                             .decide_version = SAMME_DECIDE_VERSION,
                             .issued_ms = 1291190400000,
                             .previous = *previous,
                             .author = "Kari",
                             .reason = "because",
                             .document_count = count,
                             .documents = documents};
    return chain_release_signed(c, &release, key);
}

samme_hash chain_release_note(chain *c, uint64_t version, const samme_hash *previous,
                              unsigned key) {
    samme_release_document documents[2];
    chain_documents(c, documents);
    return chain_release_of(c, version, previous, key, documents, 2);
}

chain_push chain_make_push(chain *c, uint32_t branch, const samme_span *entries, size_t count) {
    chain_push push = {.entries = samme_arena_alloc(&c->f.arena, (count + 1) * sizeof *entries)};
    samme_range range = c->logs[branch];
    for (size_t i = 0; i < count; i++) {
        push.entries[i] = samme_arena_copy(&c->f.arena, entries[i]);
        samme_hash leaf = samme_leaf_hash(entries[i]);
        cr_assert_eq(samme_range_append(&range, &leaf), SAMME_OK);
    }
    const samme_checkpoint checkpoint = {.size = range.size, .root = samme_range_root(&range)};
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(c->root.chain, branch, c->epochs[branch], origin);
    samme_seed seed = chain_log_seed(branch, c->epochs[branch]);
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_checkpoint_sign(origin, &seed, &checkpoint, &note), SAMME_OK);
    push.batch = (samme_batch){.entries = push.entries,
                               .count = count,
                               .note = samme_arena_copy(&c->f.arena, samme_buffer_span(&note))};
    samme_buffer_free(&note);
    push.record = (samme_record){.hub_time_ms = c->hub_time_ms,
                                 .kind = SAMME_RECORD_BATCH,
                                 .batch = {.branch = branch,
                                           .epoch = c->epochs[branch],
                                           .old_size = c->logs[branch].size,
                                           .new_size = range.size,
                                           .root = checkpoint.root},
                                 .note_hash = samme_sha256(push.batch.note)};
    return push;
}

samme_status chain_replay(chain *c, const samme_record *record, const samme_batch *batch,
                          samme_error *error) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_ENTRY_MAX_BYTES);
    cr_assert_eq(samme_record_build(record, &bytes), SAMME_OK);
    samme_status status = samme_replay_record(&c->replay, samme_buffer_span(&bytes), batch, error);
    if (status == SAMME_OK) {
        samme_hash leaf = samme_leaf_hash(samme_buffer_span(&bytes));
        cr_assert_eq(samme_range_append(&c->journal, &leaf), SAMME_OK);
    }
    samme_buffer_free(&bytes);
    return status;
}

samme_status chain_replay_note(chain *c, samme_record_kind kind, uint64_t version,
                               const samme_hash *hash, samme_error *error) {
    const samme_record record = {
        .hub_time_ms = c->hub_time_ms, .kind = kind, .version = version, .note_hash = *hash};
    return chain_replay(c, &record, NULL, error);
}

void chain_push_entries(chain *c, uint32_t branch, const samme_span *entries, size_t count) {
    samme_error error = {.text = ""};
    chain_push push = chain_make_push(c, branch, entries, count);
    cr_assert_eq(chain_replay(c, &push.record, &push.batch, &error), SAMME_OK, "%s", error.text);
    for (size_t i = 0; i < count; i++) {
        samme_hash leaf = samme_leaf_hash(entries[i]);
        cr_assert_eq(samme_range_append(&c->logs[branch], &leaf), SAMME_OK);
    }
}

void chain_push_event(chain *c, uint32_t branch, Samme__EventKind kind, const void *body) {
    samme_span entry = fixture_entry(&c->f.arena, kind, body);
    chain_push_entries(c, branch, &entry, 1);
}

void chain_take_release(chain *c, uint32_t branch) {
    Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
    release.version = c->release_version;
    release.note_hash = samme_bytes_of_span(samme_span_of_hash(&c->release_hash));
    Samme__ReleaseTaken taken = SAMME__RELEASE_TAKEN__INIT;
    taken.release = &release;
    chain_push_event(c, branch, SAMME__EVENT_KIND__release_taken, &taken);
}

/* A copy in the arena: texts of facts and answers are the policy's, which a test may reopen. */
static ProtobufCMessage *keep(chain *c, const ProtobufCMessage *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, 1 << 20);
    samme_pack(message, &packed);
    samme_error error = {.text = ""};
    ProtobufCMessage *copy =
        samme_unpack(message->descriptor, samme_buffer_span(&packed), &c->f.arena, &error);
    cr_assert_not_null(copy, "%s", error.text);
    samme_buffer_free(&packed);
    return copy;
}

/* Facts and answer of one line, as a node has them. */
static void decide_line(chain *c, const samme_releases *releases, const samme_horizon *horizon,
                        const Samme__ReturnOpened *opened, Samme__ReturnDecided *decided,
                        size_t at) {
    Samme__LineDecision *line = decided->lines[at];
    samme_error error = {.text = ""};
    samme_sale_view sale;
    cr_assert_eq(samme_find_sale(&c->f.rows, opened, horizon, &c->f.arena, &sale), SAMME_OK);
    const samme_asking asking = {.opened = opened,
                                 .line = opened->lines[at],
                                 .before = decided->lines,
                                 .before_count = at,
                                 .horizon = horizon,
                                 .mode = line->facts->mode,
                                 .version = SAMME_FACTS_VERSION};
    cr_assert_eq(samme_line_facts(&c->f.rows, &asking, &sale, &c->f.arena, &line->facts), SAMME_OK);
    samme_chain_facts(releases->today, samme_sale_branch(&sale), horizon->branch, line->facts);
    samme_decision decision;
    cr_assert_eq(samme_policy_decide_at(releases, line->facts, &decision, &error), SAMME_OK, "%s",
                 error.text);
    line->facts = (Samme__Facts *)(void *)keep(c, &line->facts->base);
    line->answer = (Samme__Answer *)(void *)keep(c, &decision.answer.base);
}

static void choose_past(chain *c, const Samme__ReturnOpened *opened, const samme_horizon *horizon,
                        uint64_t today, samme_past *out) {
    samme_error error = {.text = ""};
    samme_sale_view sale;
    cr_assert_eq(samme_find_sale(&c->f.rows, opened, horizon, &c->f.arena, &sale), SAMME_OK);
    const samme_past_asked asked = {.today = today,
                                    .opened = opened,
                                    .sale = sale.row == NULL ? NULL : sale.row->sale,
                                    .rows = &c->f.rows,
                                    .horizon = horizon,
                                    .journal_size = horizon->journal_size};
    cr_assert_eq(samme_choose_past(&c->replay, &asked, &c->f.arena, out, &error), SAMME_OK, "%s",
                 error.text);
}

Samme__ReturnDecided *chain_decide(chain *c, uint32_t branch, const Samme__ReturnOpened *opened,
                                   uint64_t journal_size) {
    const samme_horizon horizon = {.branch = branch,
                                   .epoch = c->epochs[branch],
                                   .journal_size = journal_size,
                                   .own_size = c->logs[branch].size};
    Samme__ReturnDecided *decided =
        fixture_decided(&c->f.arena, &c->f.rows, opened, &horizon, SAMME__VERDICT__deny);
    Samme__ReleaseRef *release = decided->basis->release;
    release->version = c->release_version;
    release->note_hash =
        samme_bytes_of_span(samme_arena_copy(&c->f.arena, samme_span_of_hash(&c->release_hash)));
    if (opened->release != NULL)
        *release = *opened->release;
    samme_past *past = samme_arena_alloc(&c->f.arena, sizeof *past);
    Samme__ReleaseRef *past_release = samme_arena_alloc(&c->f.arena, sizeof *past_release);
    choose_past(c, opened, &horizon, release->version, past);
    samme_past_basis(past, decided->basis, past_release);
    for (size_t i = 0; i < decided->n_lines; i++)
        decide_line(c, &past->releases, &horizon, opened, decided, i);
    return decided;
}

samme_hash chain_rows_hash(const chain *c) {
    samme_buffer all;
    samme_buffer_init(&all, 64u << 20);
    uint8_t from[512] = {0};
    size_t length = 1;
    samme_span key, value;
    const samme_rows *rows = &c->f.rows;
    while (rows->seek(rows->self, SAMME_SPAN(from, length), &key, &value) == SAMME_OK) {
        samme_buffer_u16(&all, (uint16_t)key.length);
        samme_buffer_append(&all, key);
        samme_buffer_u32(&all, (uint32_t)value.length);
        samme_buffer_append(&all, value);
        memcpy(from, key.data, key.length);
        from[key.length] = 0;
        length = key.length + 1;
    }
    cr_assert_eq(samme_buffer_status(&all), SAMME_OK);
    samme_hash hash = samme_sha256(samme_buffer_span(&all));
    samme_buffer_free(&all);
    return hash;
}
