using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public sealed partial class TextLoader
{
    /// <summary>Fields from one to another.</summary>
    public sealed class Range
    {
        /// <summary>The first field.</summary>
        public int Min;

        /// <summary>The last field.</summary>
        public int? Max;

        /// <summary>Whether one field makes a vector as well.</summary>
        public bool ForceVector;

        /// <summary>An empty one.</summary>
        public Range()
        {
        }

        /// <summary>One field.</summary>
        public Range(int index)
        {
            Contracts.CheckParam(index >= 0, nameof(index), "A field's number cannot be negative.");
            Min = index;
            Max = index;
        }

        /// <summary>Fields from one to another, which make a vector.</summary>
        public Range(int min, int? max)
        {
            Contracts.CheckParam(min >= 0, nameof(min), "A field's number cannot be negative.");
            Contracts.CheckParam(!(max < min), nameof(max), "The last field cannot be before the first.");
            Min = min;
            Max = max;
            ForceVector = true;
        }
    }
}
