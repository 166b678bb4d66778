using EntitySync.Local.Samples;
using EntitySync.Testing;

namespace EntitySync.Tests.Local.Samples;

public sealed class SampleFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitysync-samples-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Files_AreThoseOfTheTopics_RootLast()
    {
        Have("items", "delivery-classes", "expected");
        SampleFolder.Topics(SampleDefinitions.Item(), _folder.FullName).Select(topic => (topic.Topic, Path.GetFileName(topic.File), topic.IsRoot)).ShouldBe(
            [("delivery-classes", "delivery-classes.ndjson", false), ("items", "items.ndjson", true)]);
    }

    [Fact]
    public void RelationWithoutFile_HasNoRows()
    {
        Have("items", "dead-letters");
        SampleFolder.Topics(SampleDefinitions.Item(), _folder.FullName).Select(topic => topic.Topic).ShouldBe(["items"]);
    }

    [Fact]
    public void FileOfNoTopic_IsNamed()
    {
        Have("items", "delivery-clases");
        Should.Throw<InvalidDataException>(() => SampleFolder.Topics(SampleDefinitions.Item(), _folder.FullName)).Message.ShouldBe(
            $"{Path.Combine(_folder.FullName, "delivery-clases.ndjson")} belongs to no topic of entity 'item': delivery-classes.ndjson, items.ndjson, expected.ndjson and dead-letters.ndjson are read.");
    }

    [Fact]
    public void MissingRootFileOrFolder_IsNamed()
    {
        Have("delivery-classes");
        Should.Throw<InvalidDataException>(() => SampleFolder.Topics(SampleDefinitions.Item(), _folder.FullName)).Message.ShouldContain("items.ndjson does not exist");
        var nowhere = Path.Combine(_folder.FullName, "nowhere");
        Should.Throw<InvalidDataException>(() => SampleFolder.Topics(SampleDefinitions.Item(), nowhere)).Message.ShouldBe(
            $"{nowhere} does not exist. It is to hold records of entity 'item': delivery-classes.ndjson, items.ndjson.");
    }

    private void Have(params string[] topics)
    {
        foreach (var topic in topics) File.WriteAllText(Path.Combine(_folder.FullName, topic + ".ndjson"), "");
    }
}
