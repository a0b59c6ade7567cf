/* What was signed as one thing is shown as another. The key is the worst there could be: it may
 * sign either, and its name, a log's origin, is the first line of the other text. So nothing but
 * the form of the texts keeps them apart. */
#include "fixture.h"

#include "tlog/checkpoint.h"

enum { KEY = 99 };

typedef struct replayed {
    const char *name; /* of the key */
    samme_vkey key;
    samme_root root; /* in which the key alone has the role */
    samme_buffer text, note;
} replayed;

static replayed made(const char *name, samme_role role) {
    replayed self = {.name = name, .root = make_root()};
    self.key = vkey_of(name, KEY);
    self.root.roles[role].threshold = self.root.roles[role].count = 1;
    self.root.roles[role].keys[0] = self.key;
    samme_buffer_init(&self.text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&self.note, SAMME_DOCUMENT_MAX_BYTES);
    return self;
}

static void unmade(replayed *self) {
    samme_buffer_free(&self->text);
    samme_buffer_free(&self->note);
}

static samme_span sign_text(replayed *self) {
    const samme_seed seed = seed_of(KEY);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&self->text), self->name, &seed, &self->note),
                 SAMME_OK);
    cr_assert_eq(strncmp(samme_buffer_text(&self->text), self->name, strlen(self->name)), 0,
                 "the first line is not the name of the key: %s", samme_buffer_text(&self->text));
    return samme_buffer_span(&self->note);
}

/* A checkpoint that opens as such. */
static samme_span sign_checkpoint(replayed *self) {
    const samme_seed seed = seed_of(KEY);
    samme_checkpoint head = {.size = 12}, opened;
    memset(head.root.bytes, 7, sizeof head.root.bytes);
    cr_assert_eq(samme_checkpoint_sign(self->name, &seed, &head, &self->note), SAMME_OK);
    cr_assert_eq(samme_checkpoint_open(samme_buffer_span(&self->note), &self->key, &opened, NULL),
                 SAMME_OK);
    cr_assert_eq(opened.size, 12);
    return samme_buffer_span(&self->note);
}

/* Refused for its form: that the signature is good shows in the status. */
static void no_checkpoint(const replayed *self) {
    samme_checkpoint opened;
    samme_log_head head;
    samme_error error = {.text = ""};
    const samme_span note = samme_buffer_span(&self->note);
    cr_assert_eq(samme_checkpoint_open(note, &self->key, &opened, &error), SAMME_MALFORMED, "%s",
                 error.text);
    cr_assert_eq(samme_checkpoint_read(note, &self->key, &opened, &error), SAMME_MALFORMED);
    cr_assert_eq(samme_log_head_open(note, &self->key, &head, &error), SAMME_MALFORMED,
                 "not as a stranger's either");
}

Test(replayed, a_release_is_no_checkpoint) {
    replayed self = made(CHAIN "/release", SAMME_ROLE_RELEASE);
    samme_release_document document = {"chain.yaml", 1, {{0}}};
    samme_release release = {.version = 1,
                             .decide_version = 1,
                             .issued_ms = 1769846400000,
                             .author = "Kari Nordmann",
                             .reason = "The first",
                             .document_count = 1,
                             .documents = &document};
    samme_release opened;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_release_text(&self.root, &release, &self.text, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_eq(samme_release_open(&self.root, sign_text(&self), &opened, &error), SAMME_OK, "%s",
                 error.text);
    samme_release_free(&opened);
    no_checkpoint(&self);
    unmade(&self);
}

Test(replayed, a_checkpoint_is_no_release) {
    replayed self = made(CHAIN "/release", SAMME_ROLE_RELEASE);
    samme_release opened;
    cr_assert_eq(samme_release_open(&self.root, sign_checkpoint(&self), &opened, NULL),
                 SAMME_MALFORMED);
    unmade(&self);
}

static samme_roster a_roster(void) {
    samme_roster roster = {.version = 1, .journal_epoch = 1, .hub_curve = {{9}}};
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_hub_origin(CHAIN, 1, name);
    roster.hub_log = vkey_of(name, 100);
    return roster;
}

Test(replayed, a_roster_is_no_checkpoint) {
    replayed self = made(CHAIN "/roster", SAMME_ROLE_ROSTER);
    samme_roster roster = a_roster(), opened;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_roster_text(&self.root, &roster, &self.text, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_eq(samme_roster_open(&self.root, sign_text(&self), &opened, &error), SAMME_OK, "%s",
                 error.text);
    samme_roster_free(&opened);
    no_checkpoint(&self);
    unmade(&self);
}

Test(replayed, a_checkpoint_is_no_roster) {
    replayed self = made(CHAIN "/roster", SAMME_ROLE_ROSTER);
    samme_roster opened;
    cr_assert_eq(samme_roster_open(&self.root, sign_checkpoint(&self), &opened, NULL),
                 SAMME_MALFORMED);
    unmade(&self);
}

/* A root names its own keys, so this one's name cannot be among them; its line is one more. */
Test(replayed, a_root_is_no_checkpoint_and_back) {
    replayed self = made(CHAIN "/root", SAMME_ROLE_ROOT);
    const samme_root root = make_root();
    samme_root opened;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_root_text(&root, &self.text, &error), SAMME_OK, "%s", error.text);
    (void)sign_text(&self);
    for (unsigned i = 1; i <= 2; i++) {
        char name[SAMME_NOTE_NAME_MAX + 1];
        const samme_seed seed = seed_of(role_seed(SAMME_ROLE_ROOT, i));
        key_name(name, SAMME_ROLE_ROOT, i);
        cr_assert_eq(samme_note_cosign(&self.note, name, &seed, &error), SAMME_OK);
    }
    cr_assert_eq(samme_root_open(samme_buffer_span(&self.note), &opened, &error), SAMME_OK, "%s",
                 error.text);
    no_checkpoint(&self);
    samme_buffer_clear(&self.note);
    cr_assert_eq(samme_root_open(sign_checkpoint(&self), &opened, NULL), SAMME_MALFORMED);
    unmade(&self);
}

/* The keys as they are: a hub's or branch's log key has no part in a release, and what it signed is
 * no release under it either. */
Test(replayed, a_hubs_checkpoint_is_no_release) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_hub_origin(CHAIN, 1, name);
    replayed self = made(name, SAMME_ROLE_RELEASE);
    const samme_root root = make_root();
    samme_release opened;
    const samme_span note = sign_checkpoint(&self);
    cr_assert_neq(samme_release_open(&root, note, &opened, NULL), SAMME_OK);
    cr_assert_eq(samme_release_open(&self.root, note, &opened, NULL), SAMME_MALFORMED);
    cr_assert_eq(samme_release_reopen(&root, note, &opened, NULL), SAMME_MALFORMED);
    unmade(&self);
}
