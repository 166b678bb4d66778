using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

public sealed class DefinitionComparisonTests
{
    private const string Replay = "Start a replay: until then entities that do not change by themselves keep their outputs";
    private const string Partitions = "Topics that are there keep their number, and a deployment stops while the definition says another: give the entity and its topics other names, and replay";
    private const string Own = "Give the relation another name, so that it gets internal topics of its own; or stop the join host, delete ";
    private const string Positions = " (kafka-consumer-groups.sh --delete-offsets --group JOIN_GROUP_ID --topic TOPIC), and start it";

    private const string Profile = """
        entity: user-profile
        root: { topic: users, key: email }
        relations:
          stars:
            from: stars
            key: username
            match: username
            many: true
            embed: stars
            strategy: shuffle
            relations:
              repo: { from: repos, key: id, match: repoId, embed: repo, fields: [name], strategy: broadcast }
          payment: { from: payments, key: id, match: paymentId, set: { verified: verified }, strategy: shuffle }
          team: { from: teams, key: id, match: teamId, embed: team, strategy: broadcast }
        output: { topic: profiles }
        """;

    private const string Stream = """
        entity: purchase
        root: { topic: purchases, kind: stream }
        relations:
          product: { from: products, key: id, match: productId, set: { label: label }, strategy: broadcast }
        output: { topic: enriched }
        """;

    /// <summary>Text of <see cref="Profile"/>, what takes its place, and all changes found.</summary>
    public static TheoryData<string, string, string[]> Changes => new()
    {
        { "user-profile", "user-profile", [] },
        { "output: { topic: profiles }", "output: { topic: profiles-2 }", [$"NeedsReplay output.topic: was 'profiles', is 'profiles-2'. {Replay}"] },
        { "output: {", "emit: { when: always }\noutput: {", ["Compatible emit.when: was 'on-change', is 'always'."] },
        { "output: {", "emit: { once: true }\noutput: {", ["Compatible emit.once: was 'false', is 'true'. What was emitted before is not noted: each entity is emitted once more"] },
        { "output: {", "emit: { complete: [stars, team] }\noutput: {", [$"NeedsReplay emit.complete: was nothing, is 'stars, team'. {Replay}"] },
        { "output: {", "hook: { type: A.B }\noutput: {", [$"NeedsReplay hook: was nothing, is 'A.B, EntitySync.Hooks'. {Replay}"] },
        { "output: {", "replay: { ids: { dynamodb: { table: users, key: email } } }\noutput: {", ["Compatible replay: was nothing, is 'dynamodb users email, 4 segments, 1000 ids a page'."] },
        { "output: {", "partitions: 3\noutput: {", [] },
        { "output: {", "partitions: 6\ntopicSettings: { stars: { partitions: 3, retention: P1D } }\noutput: {", [$"NeedsReplay partitions: was '3', is '6, stars 3'. {Partitions}"] },
        { "match: teamId", "match: team.id", [$"NeedsReplay relations.team.match: was 'teamId', is 'team.id'. {Replay}"] },
        { "from: teams, key: id", "from: teams-2, format: debezium, key: uuid", [
            $"NeedsReplay relations.team.from: was 'teams', is 'teams-2'. {Replay}",
            $"NeedsReplay relations.team.format: was 'json', is 'debezium'. {Replay}",
            $"NeedsReplay relations.team.key: was 'id', is 'uuid'. {Replay}"] },
        { "match: teamId, embed: team, strategy: broadcast", "match: teamId, embed: team, strategy: shuffle", ["Compatible relations.team.strategy: was 'broadcast', is 'shuffle'. The outputs stay the same"] },
        { "verified }, strategy: shuffle", "verified }, strategy: broadcast", [
            "Compatible relations.payment.strategy: was 'shuffle', is 'broadcast'. The outputs stay the same. Delete the topics user-profile-payment-rows, -questions and -answers before the relation is ever shuffled again"] },
        { "set: { verified: verified }", "set: { verified: { from: ok, default: false } }", [$"NeedsReplay relations.payment.set: was 'verified', is 'verified: ok or false'. {Replay}"] },
        { "payment: { from: payments, key: id", "payment: { from: payments, key: uuid", [
            "Incompatible relations.payment.key: was 'id', is 'uuid': user-profile-payment-rows holds the rows as they were. "
            + $"Stop the join host, delete user-profile-payment-rows, -questions and -answers and its group's positions in payments{Positions}"] },
        { "from: payments", "from: payments-2", [
            $"Incompatible relations.payment.from: was 'payments', is 'payments-2': user-profile-payment-rows holds the rows as they were. {Own}user-profile-payment-rows, -questions and -answers, and start it"] },
        { "from: stars", "from: stars-2", [
            $"Incompatible relations.stars.from: was 'stars', is 'stars-2': user-profile-stars-joined holds the rows as they were. {Own}the topics user-profile-stars-*, and start it"] },
        { "fields: [name]", "fields: [name, description]", [
            "Compatible relations.stars.relations.repo.fields: was 'name', is 'name, description'. The joined rows are made anew at the start, and the entities follow them"] },
        { "topic: users, key: email", "topic: users, key: email, format: debezium", [
            "Incompatible root.format: was 'json', is 'debezium': the notes and answers of user-profile's tasks are about the entities of before. Give the new root an entity and an output topic of its own; "
            + $"or stop the join host, delete the topics user-profile-* and its group's positions in payments, stars, user-profile-stars-joined, users{Positions}"] },
        { "topic: users, key: email", "topic: accounts, key: email", [
            "Incompatible root.topic: was 'users', is 'accounts': the notes and answers of user-profile's tasks are about the entities of before. Give the new root an entity and an output topic of its own; "
            + $"or stop the join host, delete the topics user-profile-* and its group's positions in payments, stars, user-profile-stars-joined, users{Positions}"] },
        { "entity: user-profile", "entity: profile", [
            "Incompatible entity: was 'user-profile', is 'profile': the internal topics of profile are empty, and the join host does not read again what it has read for user-profile. "
            + $"Keep the name; or stop the join host, delete its group's positions in payments, profile-stars-joined, stars, users{Positions}: all is read and emitted again under the new name. Then delete the topics user-profile-*"] },
        { "  team: { from: teams, key: id, match: teamId, embed: team, strategy: broadcast }", "  badge: { from: badges, key: id, match: badgeId, embed: badge, strategy: shuffle }", [
            $"NeedsReplay relations.badge: the relation is new. {Replay}", $"NeedsReplay relations.team: the relation is gone. {Replay}"] },
        { "from: teams, key: id, match: teamId, embed: team, strategy: broadcast", "from: payments, key: id, match: teamId, embed: team, strategy: shuffle", [ // a second part that reads payments
            "Incompatible relations.team: its part user-profile-team-rekey is new and reads payments, of which the join host has committed positions: it would not see the rows before these. "
            + $"Stop the join host, delete its group's positions in payments{Positions}",
            $"NeedsReplay relations.team.from: was 'teams', is 'payments'. {Replay}",
            "Compatible relations.team.strategy: was 'broadcast', is 'shuffle'. The outputs stay the same"] },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Change_HasItsSeverityAndAdvice(string text, string other, string[] changes)
    {
        var before = Load(Profile);
        var now = Load(Replace(Profile, text, other));

        DefinitionComparison.Compare(before, now).Select(change => $"{change.Severity} {change}").ShouldBe(changes);
    }

    [Theory]
    [InlineData("topic: purchases", "topic: purchases-2", "Compatible root.topic: was 'purchases', is 'purchases-2'. It holds for events from now on")]
    [InlineData("label: label", "label: name", "Compatible relations.product.set: was 'label', is 'label: name'. It holds for events from now on")]
    public void ChangeOfStream_HoldsFromNowOn(string text, string other, string change) =>
        DefinitionComparison.Compare(Load(Stream), Load(Replace(Stream, text, other))).Select(found => $"{found.Severity} {found}").ShouldBe([change]);

    [Fact]
    public void StreamWithShuffle_HasWaitingEvents()
    {
        var before = Load(Replace(Stream, "broadcast", "shuffle"));
        var now = Load(Replace(Replace(Stream, "broadcast", "shuffle"), "topic: purchases", "topic: purchases-2"));

        DefinitionComparison.Compare(before, now).Select(found => (found.Severity, found.Path)).ShouldBe([(ChangeSeverity.Incompatible, "root.topic")]);
    }

    [Fact]
    public void StreamWithoutShuffleAnyMore_WouldLoseWaitingEvents() =>
        DefinitionComparison.Compare(Load(Replace(Stream, "broadcast", "shuffle")), Load(Stream)).Select(found => $"{found.Severity} {found}").ShouldBe([
            "Incompatible relations: none has strategy shuffle any more: events that still wait in purchase-progress would be lost. "
            + "Stop the producers, wait until /status shows no lag and no rows, and start with the new definition then",
            "Compatible relations.product.strategy: was 'shuffle', is 'broadcast'. The outputs stay the same. "
            + "Delete the topics purchase-product-rows, -questions and -answers before the relation is ever shuffled again"]);

    [Fact]
    public void NestingOfShuffledRelation_ReadsItsTopicAnew()
    {
        const string nested = "\n    relations:\n      repo: { from: repos, key: id, match: repoId, embed: repo, fields: [name], strategy: broadcast }";
        var changes = DefinitionComparison.Compare(Load(Replace(Profile, nested, "")), Load(Profile));

        changes.Select(change => (change.Severity, change.Path)).ShouldBe([
            (ChangeSeverity.Incompatible, "relations.stars"),
            (ChangeSeverity.Incompatible, "relations.stars.from"),
            (ChangeSeverity.Compatible, "relations.stars.relations.repo")]);
    }

    [Fact]
    public void Shapes_CompareAsDefinitionsDo()
    {
        foreach (var (text, other, changes) in Changes.Select(row => row.Data))
        {
            var before = StateShape.Of(Load(Profile));
            var now = StateShape.Of(Load(Replace(Profile, text, other)));
            var incompatible = changes.Where(change => change.StartsWith("Incompatible", StringComparison.Ordinal));
            StateShape.Compare(before, now).Select(change => $"{change.Severity} {change}").ShouldBe(incompatible, $"{text} -> {other}");
        }
    }

    /// <summary>Shapes are noted in topics: another text for the same definition would be another shape to the next version.</summary>
    [Fact]
    public void Shape_IsOneLineOfJson() => StateShape.Of(Load(Profile)).ShouldBe(
        """{"entity":"user-profile","joined relations.stars.format":"json","joined relations.stars.from":"stars","part user-profile":"users","part user-profile-payment-rekey":"payments","""
        + """ "part user-profile-stars":"stars","part user-profile-stars-rekey":"user-profile-stars-joined","root root.format":"json","root root.key":"email","root root.kind":"table","""[1..]
        + """ "root root.topic":"users","rows relations.payment.format":"json","rows relations.payment.from":"payments","rows relations.payment.key":"id","""[1..]
        + """ "rows relations.stars.format":"json","rows relations.stars.from":"user-profile-stars-joined","rows relations.stars.key":"username"}"""[1..]);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"entity":1}""")]
    [InlineData("""{"entity":null}""")]
    [InlineData("""{"entity":"item"}""")]
    public void NoShape_IsRefused(string text) => Should.Throw<FormatException>(() => StateShape.Compare(text, StateShape.Of(Load(Stream))));

    [Fact]
    public void Sets_AreComparedByEntity()
    {
        var profile = Load(Profile);
        var stream = Load(Stream);
        var renamed = Load(Replace(Profile, "entity: user-profile", "entity: profile"));
        var other = Load(Replace(Replace(Stream, "entity: purchase", "entity: order"), "enriched", "orders"));

        DefinitionComparison.CompareAll([profile, stream], [stream, renamed, other])
            .Select(found => (found.Entity, found.Before?.Entity, found.Now?.Entity, found.Changes.Length, found.Severity))
            .ShouldBe([
                ("order", null, "order", 0, ChangeSeverity.Compatible),
                ("profile", "user-profile", "profile", 1, ChangeSeverity.Incompatible),
                ("purchase", "purchase", "purchase", 0, ChangeSeverity.Compatible)]);
        DefinitionComparison.CompareAll([profile], []).Select(found => (found.Entity, found.Now)).ShouldBe([("user-profile", null)]);
    }

    private static string Replace(string yaml, string text, string other)
    {
        yaml.ShouldContain(text);
        return yaml.Replace(text, other, StringComparison.Ordinal);
    }

    private static EntityDefinition Load(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "definition.yaml");
        result.Problems.ShouldBeEmpty();
        return result.Definitions.Single();
    }
}
