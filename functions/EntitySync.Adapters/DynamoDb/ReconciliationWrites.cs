using EntitySync.Core.Reconciliation;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using static EntitySync.Adapters.DynamoDb.ReconciliationAttributes;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>A write with the condition under which it is made (null: always).</summary>
internal readonly record struct ConditionalWrite(ItemWrite Write, string? Condition);

/// <summary>Says in DynamoDB's expressions what <see cref="IReconciliationTable"/> asks of its two writes.</summary>
internal static class ReconciliationWrites
{
    public static ConditionalWrite Of(ReconciliationUpdate update)
    {
        var write = new ItemWrite();
        foreach (var arrival in update.Arrivals) write.SetIfAbsent(PiecePrefix + arrival.Element, Piece(arrival)); // first: they are many, and low numbers are short
        write.SetIfAbsent(Since, Moment(update.Now));
        RaiseVersion(write);
        if (update.Expected is { } expected) return Expect(write, update, expected);

        // Only a new item is waiting, and only that gets an expiry.
        write.SetIfAbsent(Status, Text(Name(ReconciliationStatus.Waiting)));
        write.SetIfAbsent(StatusPart, PartOf(update.Entity, update.Id, ReconciliationStatus.Waiting));
        write.SetIfAbsent(ExpiresAt, Moment(Expiry(update.ExpiresAt)));
        write.SetIfAbsent(NextAt, Moment(Expiry(update.ExpiresAt)));
        return new ConditionalWrite(write, null);
    }

    public static ConditionalWrite Of(ReconciliationTransition transition)
    {
        var reachedAt = transition.To switch
        {
            ReconciliationStatus.Complete => CompletedAt,
            ReconciliationStatus.Overdue => OverdueAt,
            _ => throw new ArgumentOutOfRangeException(nameof(transition), transition.To, "Time and pieces make an entity overdue or complete; its own topic does the rest."),
        };
        var write = new ItemWrite();
        SetStatus(write, transition.Entity, transition.Id, transition.To);
        RaiseVersion(write);
        write.Set(reachedAt, Moment(transition.Now));
        write.Set(ExpiresAt, Moment(Expiry(transition.ExpiresAt)));
        write.Set(NextAt, Moment(Expiry(transition.ExpiresAt)));

        var condition = $"{write.Name(Status)} = {write.Value(Text(Name(transition.From)))}";
        if (transition.Version is { } version) condition += $" AND {write.Name(ItemVersion)} = {write.Value(Number(version))}";
        if (transition.To == ReconciliationStatus.Overdue) condition += $" AND {write.Name(DueAt)} <= {write.Value(Moment(transition.Now))}";
        return new ConditionalWrite(write, condition);
    }

    private static ConditionalWrite Expect(ItemWrite write, ReconciliationUpdate update, ExpectedChange expected)
    {
        SetStatus(write, update.Entity, update.Id, expected.Status);
        write.Set(ExpectedTopic, Text(expected.At.Topic));
        write.Set(ExpectedPartition, Number(expected.At.Partition));
        write.Set(ExpectedOffset, Number(expected.At.Offset));
        write.Set(ExpectedTimestamp, Moment(expected.Timestamp));
        if (expected.Document is { } document) write.Set(Document, Bytes(document));
        else write.Remove(Document);
        SetDue(write, expected);
        SetExpiry(write, update, expected);
        return new ConditionalWrite(write, MayFollow(write, expected));
    }

    private static void SetDue(ItemWrite write, ExpectedChange expected)
    {
        if (expected.DueAt is { } due)
        {
            if (expected.KeepsDueAt) write.SetIfAbsent(DueAt, Moment(due));
            else write.Set(DueAt, Moment(due));
        }
        else if (!expected.KeepsDueAt)
        {
            write.Remove(DueAt);
        }
    }

    private static void SetExpiry(ItemWrite write, ReconciliationUpdate update, ExpectedChange expected)
    {
        var expiry = Moment(Expiry(update.ExpiresAt));
        switch (expected.Status)
        {
            case ReconciliationStatus.Open:
                // The time of what is due is the one that is held already, or else the new one, as for dueAt itself.
                var due = write.Value(Moment(expected.DueAt ?? DateTimeOffset.MaxValue));
                write.SetTo(NextAt, expected.KeepsDueAt ? write.IfAbsent(DueAt, due) : due);
                write.Set(ExpiresAt, Never);
                write.Remove(OverdueAt);
                break;
            case ReconciliationStatus.Cancelled:
                write.Set(ExpiresAt, expiry);
                write.Set(NextAt, expiry);
                break;
            default:
                write.SetIfAbsent(ExpiresAt, expiry);
                write.SetIfAbsent(NextAt, expiry);
                break;
        }
    }

    private static string MayFollow(ItemWrite write, ExpectedChange expected)
    {
        var statuses = string.Join(',', expected.From.Select(status => write.Value(Text(Name(status)))));
        var partition = write.Name(ExpectedPartition);
        var at = write.Value(Number(expected.At.Partition));
        var isNewer = $"attribute_not_exists({partition})"
            + $" OR ({partition} = {at} AND {write.Name(ExpectedOffset)} < {write.Value(Number(expected.At.Offset))})"
            + $" OR ({partition} <> {at} AND {write.Name(ExpectedTimestamp)} < {write.Value(Moment(expected.Timestamp))})";
        return $"attribute_not_exists({write.Name(EntityId)}) OR ({write.Name(Status)} IN ({statuses}) AND ({isNewer}))";
    }

    private static void SetStatus(ItemWrite write, string entity, string id, ReconciliationStatus status)
    {
        write.Set(Status, Text(Name(status)));
        write.Set(StatusPart, PartOf(entity, id, status));
    }

    private static void RaiseVersion(ItemWrite write) => write.SetTo(ItemVersion, $"{write.IfAbsent(ItemVersion, write.Value(Number(0)))}+{write.Value(Number(1))}");
}
