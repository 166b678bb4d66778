using EntitySync.JoinHost;

namespace EntitySync.Tests.JoinHost;

public sealed class EntityPathTests
{
    [Theory]
    [InlineData("/entities/item/a", "item", "a")]
    [InlineData("/entities/item/a%2Fb%25%3F?explain", "item", "a/b%?")]
    [InlineData("/entities/item/..?x=/y", "item", "..")]
    [InlineData("/entities/item/%c3%A9+1", "item", "é+1")]
    [InlineData("http://host:8080/entities/item/a", "item", "a")]
    [InlineData("/entities/item/", "item", "")]
    public void Path_IsDecodedOnce(string target, string entity, string key)
    {
        var path = EntityPath.Parse(target).ShouldNotBeNull();
        (path.Entity, path.Text, path.IsUtf8).ShouldBe((entity, key, true));
    }

    [Theory]
    [InlineData("/entities/item")]
    [InlineData("/entities/item/a/b")]
    [InlineData("/entities/item/%")]
    [InlineData("/entities/item/%2")]
    [InlineData("/entities/item/%zz")]
    [InlineData("/entities/item/%+1")]
    [InlineData("/elsewhere/item/a")]
    public void OtherPath_IsNone(string target) => EntityPath.Parse(target).ShouldBeNull();

    [Fact]
    public void KeyThatIsNotUtf8_IsTold() => EntityPath.Parse("/entities/item/%ff")!.IsUtf8.ShouldBeFalse();
}
