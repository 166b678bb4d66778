using System.Text;
using Confluent.Kafka;
using EntitySync.Core.Joins;
using EntitySync.Core.State;

namespace EntitySync.JoinHost;

/// <summary>
/// Headers of live emissions without an object each: the client copies them when it is given the record, so one set for each length of
/// the position's text is written again and again.
/// </summary>
internal sealed class EmissionHeaders
{
    private const int LongestPosition = 300; // a topic name has at most 249 characters

    private readonly (byte[] Text, Headers Headers)[] _byLength = new (byte[], Headers)[LongestPosition];
    private readonly byte[] _text = new byte[LongestPosition];
    private byte[] _topic = [];
    private string _topicName = "";

    /// <summary>Valid until the next call.</summary>
    public Headers Live(in Position root)
    {
        var text = Format(root);
        ref var entry = ref _byLength[text.Length];
        if (entry.Headers is null)
        {
            entry.Text = new byte[text.Length];
            entry.Headers = new Headers { { HeaderNames.RootPosition, entry.Text } };
        }

        text.CopyTo(entry.Text);
        return entry.Headers;
    }

    public static Headers Of(IReadOnlyList<RecordHeader> headers)
    {
        var result = new Headers();
        foreach (var header in headers) result.Add(header.Name, header.Value.ToArray());
        return result;
    }

    /// <summary>As <see cref="Position.ToString"/>.</summary>
    private ReadOnlySpan<byte> Format(in Position root)
    {
        if (!ReferenceEquals(_topicName, root.Topic)) (_topicName, _topic) = (root.Topic, Encoding.UTF8.GetBytes(root.Topic));
        _topic.CopyTo(_text, 0);
        var length = _topic.Length;
        _text[length++] = (byte)'-';
        root.Partition.TryFormat(_text.AsSpan(length), out var written);
        length += written;
        _text[length++] = (byte)'@';
        root.Offset.TryFormat(_text.AsSpan(length), out written);
        return _text.AsSpan(0, length + written);
    }
}
