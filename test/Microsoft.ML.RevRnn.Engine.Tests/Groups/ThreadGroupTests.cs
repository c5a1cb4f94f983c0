using Microsoft.ML.RevRnn.Groups;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class ThreadGroupTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void RanksExchangeAndBroadcast(int size)
    {
        var results = ThreadGroup.Run(size, group =>
        {
            var received = new byte[size];
            received[group.Rank] = (byte)group.Rank;
            for (var peer = 0; peer < size; peer++)
            {
                if (peer != group.Rank)
                    group.Exchange([(byte)group.Rank], received.AsSpan(peer, 1), peer);
            }
            byte[] word = [(byte)(10 + group.Rank)];
            group.Broadcast(word, size - 1);
            group.Barrier();
            return (group.Size, received, word[0]);
        });

        foreach (var (count, received, word) in results)
        {
            Assert.AreEqual(size, count);
            CollectionAssert.AreEqual(Enumerable.Range(0, size).Select(rank => (byte)rank).ToArray(), received);
            Assert.AreEqual(10 + size - 1, word);
        }
    }

    [TestMethod]
    public void NobodyPassesABarrierBeforeAllHaveCome()
    {
        var come = 0;
        var seen = ThreadGroup.Run(4, group =>
        {
            var least = int.MaxValue;
            for (var i = 1; i <= 50; i++)
            {
                Interlocked.Increment(ref come);
                group.Barrier();
                least = Math.Min(least, Volatile.Read(ref come) - 4 * i);
                group.Barrier();
            }
            return least;
        });

        Assert.AreEqual(0, seen.Min());
    }

    [TestMethod]
    public void AnExceptionOnOneRankEndsTheOthersAndIsThrown()
    {
        var failure = Assert.ThrowsExactly<FormatException>(() => ThreadGroup.Run<int>(3, group =>
        {
            if (group.Rank == 1)
                throw new FormatException("rank 1's own");
            group.Barrier();
            return 0;
        }));

        Assert.AreEqual("rank 1's own", failure.Message);
    }

    [TestMethod]
    public void RanksThatDoNotDoTheSameAreFoundOut()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => ThreadGroup.Run(2, group =>
        {
            group.Broadcast(new byte[4 + group.Rank], 0);
            return 0;
        }));

        StringAssert.Contains(failure.Message, "Rank 1 expected 5 bytes of rank 0, and got 4");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(257)]
    public void AGroupHasAtLeastOneRank(int size)
        => StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ThreadGroup.Run(size, _ => 0)).Message, "size");

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void TablesThatRanksFillInAreJoined(int size)
    {
        var tables = ThreadGroup.Run(size, group =>
        {
            var table = new double[7];
            for (var i = group.Rank; i < table.Length; i += size)
                table[i] = i + 0.1;
            group.Join(table, new double[9]);
            return table;
        });

        foreach (var table in tables)
            CollectionAssert.AreEqual(Enumerable.Range(0, 7).Select(i => i + 0.1).ToArray(), table);
    }

    [TestMethod]
    public void AFileOfRankZeroIsReadByAll()
    {
        var content = Enumerable.Range(0, 3 << 20).Select(i => (byte)(i * 7 + (i >> 11))).ToArray();
        var read = ThreadGroup.Run(3, group =>
        {
            using var source = group.Rank == 0 ? new MemoryStream(content) : null;
            using var stream = new GroupStream(group, source, content.Length);
            var copy = new byte[content.Length];
            var end = 0;
            // Pieces that do not fit the messages.
            while (stream.Read(copy.AsSpan(end, Math.Min(700_001, copy.Length - end))) is > 0 and var count)
            {
                end += count;
                Assert.AreEqual(end, stream.Position);
            }
            return (copy, stream.ReadByte());
        });

        foreach (var (copy, behind) in read)
        {
            CollectionAssert.AreEqual(content, copy);
            Assert.AreEqual(-1, behind);
        }
    }
}
